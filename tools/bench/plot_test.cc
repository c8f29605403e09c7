#include "someos/tools/bench/plot.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace someos::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Diagram Sample() {
  Diagram diagram;
  diagram.title = "Cost & number";
  diagram.x_label = "descriptors";
  diagram.y_label = "nanoseconds";
  diagram.curves.push_back({"poll", 0, false, {{10, 1000}, {100, 10000}}});
  diagram.curves.push_back({"raw poll", 0, true, {{10, 2000}}});
  return diagram;
}

TEST(PlotTest, NamesAxesAndCurves) {
  const std::string svg = Svg(Sample());
  EXPECT_THAT(svg, HasSubstr(">descriptors</text>"));
  EXPECT_THAT(svg, HasSubstr(">nanoseconds</text>"));
  EXPECT_THAT(svg, HasSubstr(">poll</text>"));
  EXPECT_THAT(svg, HasSubstr(">raw poll</text>"));
  EXPECT_THAT(svg, HasSubstr(">10,000</text>"));
}

TEST(PlotTest, EscapesWhatXmlWouldMistake) {
  EXPECT_THAT(Svg(Sample()), HasSubstr("Cost &amp; number"));
}

TEST(PlotTest, PutsPointsWhereTheirLogarithmsAre) {
  // From one corner of the diagram to the other.
  EXPECT_THAT(Svg(Sample()), HasSubstr("points=\"110.0,450.0 690.0,70.0\""));
}

TEST(PlotTest, AnEmptyDiagramIsOne) {
  const std::string svg = Svg({});
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace someos::bench
