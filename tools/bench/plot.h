// Curves in a diagram with logarithmic axes, as SVG.

#ifndef SOMEOS_TOOLS_BENCH_PLOT_H_
#define SOMEOS_TOOLS_BENCH_PLOT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace someos::bench {

struct Curve {
  std::string name;
  size_t color = 0;  // the same for curves that belong together
  bool dashed = false;
  std::vector<std::pair<double, double>> points;  // both greater than 0, by x
};

struct Diagram {
  std::string title;
  std::string subtitle;
  std::string x_label;
  std::string y_label;
  std::vector<Curve> curves;
};

// A complete SVG file.
std::string Svg(const Diagram& diagram);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_PLOT_H_
