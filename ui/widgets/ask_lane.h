// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <memory>
#include <string>
#include <vector>

#include "core/api/ask.h"

class QLabel;
class QTextEdit;

namespace presslab {

class ElidedLabel;
class Figure;

/// One method of the ask page: what it holds of the context, and its questions and answers with their figures.
class AskLane : public QFrame {
  Q_OBJECT
 public:
  /// `index`: colour of the method among those of the page.
  AskLane(int index, const QString& method, QWidget* parent = nullptr);
  void setContext(const AskContext& context);
  void begin(const QString& question);    // of the question that is answered next
  void append(const std::string& piece);  // UTF-8, may end within a character
  void finish(const AskAnswer& answer);   // of the question begun last
  void refresh();                         // draws what has come since; at most as often as the page wants
  QString method() const { return m_method; }
  /// Questions, answers and figures as Markdown.
  QString markdown() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Exchange {
    QString question;
    std::string streamed;
    std::unique_ptr<AskAnswer> answer;
  };
  void retranslateUi();
  void showFigures();
  QString htmlOf(const Exchange& exchange) const;
  static QString figuresOf(const AskAnswer& answer);
  int m_index;
  QString m_method;
  std::unique_ptr<AskContext> m_context;
  std::vector<Exchange> m_talk;
  bool m_changed = true;
  QLabel* m_mark;
  ElidedLabel* m_title;
  Figure *m_held, *m_first, *m_speed;
  QLabel* m_facts;
  QTextEdit* m_text;
};

}  // namespace presslab
