#include "someos/tools/bench/plot.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace someos::bench {
namespace {

// Colours that people with any kind of colour vision can distinguish (Okabe and Ito), without
// yellow.
constexpr absl::string_view kColors[] = {"#0072B2", "#D55E00", "#009E73", "#000000",
                                         "#CC79A7", "#56B4E9", "#E69F00", "#777777"};

constexpr double kWidth = 890, kHeight = 520;
constexpr double kLeft = 110, kRight = 690, kTop = 70, kBottom = 450;
constexpr double kLegendLine = 22;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

// A logarithmic axis with whole decades, from the one below the smallest value to the one above the
// largest.
class Axis {
 public:
  Axis(double begin, double end) : begin_(begin), end_(end) {}

  void Include(double value) {
    const int low = static_cast<int>(std::floor(std::log10(value) + 1e-9));
    const int high = static_cast<int>(std::ceil(std::log10(value) - 1e-9));
    first_ = empty_ ? low : std::min(first_, low);
    last_ = std::max(empty_ ? low + 1 : last_, high);
    empty_ = false;
  }
  int first() const { return first_; }
  int last() const { return last_; }
  double Place(double value) const {
    return begin_ + (end_ - begin_) * (std::log10(value) - first_) / (last_ - first_);
  }

 private:
  const double begin_, end_;
  bool empty_ = true;
  int first_ = 0, last_ = 1;  // decades
};

std::string Text(double x, double y, absl::string_view attributes, absl::string_view text) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, attributes,
                         Escaped(text));
}

std::string Line(double x1, double y1, double x2, double y2, absl::string_view attributes) {
  return absl::StrFormat("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2,
                         y2, attributes);
}

// With thousands separators: 10,000.
std::string PowerOfTen(int exponent) {
  std::string digits = exponent >= 0 ? absl::StrCat("1", std::string(exponent, '0'))
                                     : absl::StrFormat("%g", std::pow(10, exponent));
  if (exponent < 3) return digits;
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(place, ",");
  }
  return digits;
}

std::string Grid(const Axis& x, const Axis& y) {
  std::string svg;
  for (int decade = x.first(); decade <= x.last(); ++decade) {
    const double at = x.Place(std::pow(10, decade));
    absl::StrAppend(&svg, Line(at, kTop, at, kBottom, "stroke=\"#ddd\""),
                    Text(at, kBottom + 20, "text-anchor=\"middle\"", PowerOfTen(decade)));
  }
  for (int decade = y.first(); decade <= y.last(); ++decade) {
    const double at = y.Place(std::pow(10, decade));
    absl::StrAppend(&svg, Line(kLeft, at, kRight, at, "stroke=\"#ddd\""),
                    Text(kLeft - 8, at + 4, "text-anchor=\"end\"", PowerOfTen(decade)));
  }
  return svg;
}

std::string Stroke(const Curve& curve) {
  return absl::StrFormat("stroke=\"%s\" stroke-width=\"2\"%s",
                         kColors[curve.color % std::size(kColors)],
                         curve.dashed ? " stroke-dasharray=\"2 5\" stroke-linecap=\"round\"" : "");
}

std::string Path(const Curve& curve, const Axis& x, const Axis& y) {
  std::string points;
  std::string marks;
  for (const auto& [at, value] : curve.points) {
    absl::StrAppendFormat(&points, "%.1f,%.1f ", x.Place(at), y.Place(value));
    if (curve.dashed) continue;
    absl::StrAppendFormat(&marks, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                          x.Place(at), y.Place(value), kColors[curve.color % std::size(kColors)]);
  }
  if (!points.empty()) points.pop_back();
  return absl::StrCat("<polyline fill=\"none\" ", Stroke(curve), " points=\"", points, "\"/>\n",
                      marks);
}

std::string Legend(const std::vector<Curve>& curves) {
  std::string svg;
  double y = kTop + 10;
  for (const Curve& curve : curves) {
    absl::StrAppend(&svg, Line(kRight + 20, y, kRight + 60, y, Stroke(curve)),
                    Text(kRight + 68, y + 4, "", curve.name));
    y += kLegendLine;
  }
  return svg;
}

std::string Titles(const Diagram& diagram) {
  const double middle = (kTop + kBottom) / 2;
  const std::string turned =
      absl::StrFormat("text-anchor=\"middle\" transform=\"rotate(-90 18 %.1f)\"", middle);
  return absl::StrCat(
      Text(kLeft, 28, "font-size=\"18\" font-weight=\"bold\"", diagram.title),
      Text(kLeft, 50, "fill=\"#555\"", diagram.subtitle),
      Text((kLeft + kRight) / 2, kBottom + 48, "text-anchor=\"middle\"", diagram.x_label),
      Text(18, middle, turned, diagram.y_label));
}

}  // namespace

std::string Svg(const Diagram& diagram) {
  Axis x(kLeft, kRight), y(kBottom, kTop);
  for (const Curve& curve : diagram.curves) {
    for (const auto& [at, value] : curve.points) {
      x.Include(at);
      y.Include(value);
    }
  }
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" viewBox=\"0 0 %g %g\" "
      "font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      kWidth, kHeight, kWidth, kHeight);
  absl::StrAppend(&svg, Titles(diagram), Grid(x, y));
  // In reverse order, so that the first curves are on top.
  for (auto curve = diagram.curves.rbegin(); curve != diagram.curves.rend(); ++curve) {
    absl::StrAppend(&svg, Path(*curve, x, y));
  }
  absl::StrAppend(&svg, Legend(diagram.curves), "</svg>\n");
  return svg;
}

}  // namespace someos::bench
