// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QTextStream>

#include "core/api/lab.h"
#include "ui/appearance.h"
#include "ui/exporter.h"
#include "ui/main_window.h"
#include "ui/markdown_pdf.h"
#include "ui/screenshot.h"

namespace {

bool named(const char* argument, const char* option) {
  return qstrcmp(argument, option) == 0 || (qstrncmp(argument, option, qstrlen(option)) == 0 && argument[qstrlen(option)] == '=');
}

}  // namespace

int main(int argc, char** argv) {
  // Rendering and help need no display. The platform is chosen when QApplication is made, so the arguments are looked at before.
  bool windowless = false;
  for (int i = 1; i < argc; ++i)
    for (const char* option : {"--render", "--print", "--help", "-h", "--version", "-v", "--screenshot", "--screenshots"})
      windowless = windowless || named(argv[i], option);
  if (windowless) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication app(argc, argv);
  QCoreApplication::setApplicationName(QStringLiteral("presslab"));
  QCoreApplication::setOrganizationName(QStringLiteral("presslab"));
  const presslab::Version version = presslab::programVersion();
  QCoreApplication::setApplicationVersion(QString::fromStdString(version.version + " " + version.commit).trimmed());
  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("Measures what compressing the KV cache of a language model saves and costs."));
  const QCommandLineOption model({QStringLiteral("m"), QStringLiteral("model")}, QStringLiteral("Model file, folder or name."),
                                 QStringLiteral("MODEL"));
  const QCommandLineOption render(QStringLiteral("render"), QStringLiteral("Draw the charts of a stored run without a window."),
                                  QStringLiteral("RUN"));
  const QCommandLineOption out(QStringLiteral("out"), QStringLiteral("Folder for the charts."), QStringLiteral("DIR"));
  const QCommandLineOption charts(QStringLiteral("charts"), QStringLiteral("Formats: png, svg, pdf."), QStringLiteral("LIST"),
                                  QStringLiteral("png,svg,pdf"));
  const QCommandLineOption report(QStringLiteral("report"), QStringLiteral("With --render: also report.pdf."));
  const QCommandLineOption print(QStringLiteral("print"), QStringLiteral("A Markdown report (claims.md) as a PDF, --out names it."),
                                 QStringLiteral("FILE.md"));
  const QCommandLineOption paper(QStringLiteral("paper"), QStringLiteral("Paper of the report: a4 or letter."), QStringLiteral("P"));
  const QCommandLineOption dpi(QStringLiteral("dpi"), QStringLiteral("Pixels an inch of PNG charts, 72 to 600."), QStringLiteral("N"),
                               QStringLiteral("192"));
  const QCommandLineOption mm(QStringLiteral("mm"), QStringLiteral("Size of the charts in millimetres."), QStringLiteral("WxH"));
  const QCommandLineOption language(QStringLiteral("lang"), QStringLiteral("Language: en or zh_CN."), QStringLiteral("CODE"));
  const QCommandLineOption dark(QStringLiteral("dark"), QStringLiteral("Dark colours."));
  const QCommandLineOption shot(QStringLiteral("screenshot"), QStringLiteral("Run (or open RUN), save a picture of the window and quit."),
                                QStringLiteral("FILE.png"));
  const QCommandLineOption shots(QStringLiteral("screenshots"), QStringLiteral("The same with a picture of every page."), QStringLiteral("DIR"));
  const QCommandLineOption suffix(QStringLiteral("suffix"), QStringLiteral("Behind the names of --screenshots."), QStringLiteral("TEXT"));
  const QCommandLineOption ask(QStringLiteral("ask"), QStringLiteral("For pictures: asked of the compressed prompt before they are taken."),
                               QStringLiteral("TEXT"));
  const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window for --screenshot."), QStringLiteral("WxH"),
                                QStringLiteral("1280x800"));
  const QCommandLineOption preset(QStringLiteral("preset"), QStringLiteral("Preset to start with."), QStringLiteral("ID"));
  const QCommandLineOption context(QStringLiteral("context"), QStringLiteral("Tokens of the synthetic prompt."), QStringLiteral("N"));
  const QCommandLineOption page(QStringLiteral("page"), QStringLiteral("Page to show, from 0."), QStringLiteral("N"), QStringLiteral("0"));
  const QCommandLineOption noHistory(QStringLiteral("no-history"), QStringLiteral("Keep no run in the history."));
  parser.addOptions(
      {noHistory, model, render, out, charts, report, print, paper, dpi, mm, language, dark, shot, shots, suffix, ask, size, preset, context, page});
  parser.addPositionalArgument(QStringLiteral("files"), QStringLiteral("Model (.gguf), run (folder, run.json, .presslab or id) or document to open."),
                               QStringLiteral("[FILE...]"));
  parser.addHelpOption();
  parser.addVersionOption();
  if (!parser.parse(app.arguments())) {
    QTextStream(stderr) << "presslab: " << parser.errorText() << '\n';
    return 2;
  }
  if (parser.isSet(QStringLiteral("version"))) parser.showVersion();
  if (parser.isSet(QStringLiteral("help"))) parser.showHelp(0);
  if (parser.isSet(print)) {
    QFile file(parser.value(print));
    const QString wanted = parser.value(paper).toLower();
    if (!parser.isSet(out) || !file.open(QIODevice::ReadOnly)) {
      QTextStream(stderr) << "presslab: "
                          << (parser.isSet(out) ? parser.value(print) + QLatin1String(": ") + file.errorString()
                                                : QStringLiteral("--print needs --out FILE.pdf"))
                          << '\n';
      return parser.isSet(out) ? 3 : 2;
    }
    try {
      presslab::writeMarkdownPdf(QString::fromUtf8(file.readAll()), parser.value(out),
                                 wanted.isEmpty()                    ? presslab::paperHere()
                                 : wanted == QLatin1String("letter") ? presslab::Paper::Letter
                                                                     : presslab::Paper::A4);
    } catch (const std::exception& e) {
      QTextStream(stderr) << "presslab: " << e.what() << '\n';
      return 3;
    }
    return 0;
  }
  if (parser.isSet(render)) {
    if (!parser.isSet(out)) {
      QTextStream(stderr) << "presslab: --render needs --out DIR\n";
      return 2;
    }
    if (parser.isSet(language)) presslab::applyLanguage(parser.value(language));
    presslab::RenderSpec spec;
    spec.formats = parser.value(charts).split(QLatin1Char(','), Qt::SkipEmptyParts);
    spec.dark = parser.isSet(dark);
    spec.report = parser.isSet(report);
    spec.size.dpi = parser.value(dpi).toInt();
    const QString wanted = parser.value(paper).toLower();
    spec.paper = wanted.isEmpty() ? presslab::paperHere() : wanted == QLatin1String("letter") ? presslab::Paper::Letter : presslab::Paper::A4;
    if (parser.isSet(mm)) {
      const QStringList wh = parser.value(mm).split(QLatin1Char('x'));
      spec.size.widthMm = wh.value(0).toDouble();
      spec.size.heightMm = wh.value(1).toDouble();
    }
    const auto within = [](double v, double low, double high) { return v >= low && v <= high; };
    if (!within(spec.size.dpi, 72, 600) || !within(spec.size.widthMm, 60, 600) || !within(spec.size.heightMm, 60, 600) ||
        !QStringList{QString(), QStringLiteral("a4"), QStringLiteral("letter")}.contains(wanted)) {
      QTextStream(stderr) << "presslab: --dpi is 72 to 600, --mm WIDTHxHEIGHT 60 to 600 each, --paper a4 or letter\n";
      return 2;
    }
    return presslab::renderRun(parser.value(render), parser.value(out), spec);
  }
  QString modelFile = parser.value(model), run;
  QStringList others;
  for (const QString& file : parser.positionalArguments()) {
    if (modelFile.isEmpty() && file.endsWith(QLatin1String(".gguf"), Qt::CaseInsensitive))
      modelFile = file;  // loaded at once, instead of the default model
    else
      others << file;
  }
  presslab::MainWindow window(modelFile);
  window.setKeepRuns(!parser.isSet(noHistory));
  if (parser.isSet(language)) window.setLanguage(parser.value(language), false);
  if (parser.isSet(dark)) window.setTheme(presslab::Theme::Dark, false);
  const bool picture = parser.isSet(shot) || parser.isSet(shots);
  if (picture && !others.isEmpty()) run = others.takeFirst();
  if (parser.isSet(preset)) window.choosePreset(parser.value(preset));
  if (parser.isSet(context)) window.setContextTokens(parser.value(context).toInt());
  if (picture) {
    const QStringList wh = parser.value(size).split(QLatin1Char('x'));
    presslab::ScreenshotSpec spec;
    spec.path = parser.value(shot);
    spec.preset = parser.value(preset);
    spec.run = run;
    spec.size = QSize(wh.value(0).toInt(), wh.value(1).toInt());
    spec.contextTokens = parser.value(context).toInt();
    spec.tab = parser.value(page).toInt();
    spec.folder = parser.value(shots);
    spec.suffix = parser.value(suffix);
    spec.files = others;
    spec.question = parser.value(ask);
    if (spec.size.width() < 400 || spec.size.height() < 300) {
      QTextStream(stderr) << "presslab: --size needs WIDTHxHEIGHT of at least 400x300\n";
      return 2;
    }
    presslab::takeScreenshot(window, spec);
  } else {
    for (const QString& file : others) window.openPath(file);
  }
  window.show();
  return app.exec();
}
