// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_size_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QSpinBox>

#include "ui/charts/chart_view.h"
#include "ui/exporter.h"

namespace presslab {

ChartSizeDialog::ChartSizeDialog(QWidget* parent) : QDialog(parent), m_width(new QSpinBox), m_height(new QSpinBox), m_dpi(new QSpinBox) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Size of exported charts"));
  const ChartSize now = chartSizeSetting();
  m_width->setObjectName(QStringLiteral("widthMm"));
  m_height->setObjectName(QStringLiteral("heightMm"));
  m_dpi->setObjectName(QStringLiteral("dpi"));
  for (QSpinBox* box : {m_width, m_height}) {
    box->setRange(60, 600);
    box->setSuffix(QStringLiteral(" mm"));
  }
  m_dpi->setRange(72, 600);
  m_dpi->setSuffix(QStringLiteral(" dpi"));
  m_width->setValue(int(now.widthMm + .5));
  m_height->setValue(int(now.heightMm + .5));
  m_dpi->setValue(now.dpi);
  auto* form = new QFormLayout(this);
  form->addRow(tr("Width"), m_width);
  form->addRow(tr("Height"), m_height);
  form->addRow(tr("Pixels of PNG"), m_dpi);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
  form->addRow(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &ChartSizeDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ChartSizeDialog::accept() {
  ChartSize size;
  size.widthMm = m_width->value();
  size.heightMm = m_height->value();
  size.dpi = m_dpi->value();
  setChartSizeSetting(size);
  QDialog::accept();
}

}  // namespace presslab
