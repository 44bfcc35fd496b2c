//! Draws bar charts as SVG. A chart has its own background for light and dark mode, because an
//! image can't take the colours of the page that shows it.

use std::fmt::Write as _;

use crate::numbers;

/// A group of bars with a common scale.
#[derive(Debug)]
pub struct Panel {
    /// The heading: what was measured.
    pub title: String,
    /// The bars, from top to bottom.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug)]
pub struct Bar {
    /// The text on the left.
    pub label: String,
    /// The length: a time in seconds.
    pub seconds: f64,
    /// The text on the right, after the time.
    pub note: String,
    /// Whether it shows the provider, which has a colour of its own.
    pub is_ours: bool,
}

const WIDTH: u32 = 820;
const MARGIN: u32 = 20;
/// The left end of the bars, after the labels.
const BARS: u32 = 260;
/// The length of the longest bar. The rest of the width is for the text after it.
const LONGEST: u32 = 300;
const ROW: u32 = 24;
const HEAD: u32 = 34;

const STYLE: &str = "\
  text { font-family: system-ui, 'DejaVu Sans', sans-serif; font-size: 13px; fill: #1f2328 }
  .title { font-weight: 600 }
  .page { fill: #ffffff; stroke: #d1d9e0 }
  .bar { fill: #aeb8c2 }
  .ours { fill: #1a7f64 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .page { fill: #0d1117; stroke: #3d444d }
    .bar { fill: #545d68 }
    .ours { fill: #2ea583 }
  }";

/// Draws the panels one below the other, each with its own scale.
pub fn draw(panels: &[Panel]) -> String {
    let mut body = String::new();
    let mut y = MARGIN;
    for panel in panels {
        let longest = panel.bars.iter().map(|bar| bar.seconds).fold(0.0, f64::max);
        element(&mut body, MARGIN, y + 14, "title", &panel.title);
        y += HEAD;
        for bar in &panel.bars {
            let length = bar.seconds / longest.max(f64::MIN_POSITIVE) * f64::from(LONGEST);
            let class = if bar.is_ours { "bar ours" } else { "bar" };
            element(&mut body, MARGIN, y + 13, "label", &bar.label);
            let _ = writeln!(
                body,
                "<rect class=\"{class}\" x=\"{BARS}\" y=\"{y}\" width=\"{length:.1}\" \
                 height=\"{}\" rx=\"2\"/>",
                ROW - 6
            );
            let time = numbers::seconds(bar.seconds);
            let value = [time.as_str(), bar.note.as_str()].join(", ");
            let after = format!("{:.1}", f64::from(BARS) + length + 8.0);
            element(
                &mut body,
                after,
                y + 13,
                "value",
                value.trim_end_matches(", "),
            );
            y += ROW;
        }
        y += MARGIN;
    }
    let titles: Vec<_> = panels.iter().map(|panel| escape(&panel.title)).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" \
         width=\"{WIDTH}\" role=\"img\">\n\
         <title>Measurements: {}</title>\n<style>\n{STYLE}\n</style>\n\
         <rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n\
         {body}</svg>\n",
        titles.join("; "),
        WIDTH - 1,
        y - 1,
    )
}

fn element(body: &mut String, x: impl std::fmt::Display, y: u32, class: &str, text: &str) {
    let text = escape(text);
    let _ = writeln!(
        body,
        r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, seconds: f64, is_ours: bool) -> Bar {
        Bar {
            label: label.to_owned(),
            seconds,
            note: String::new(),
            is_ours,
        }
    }

    #[test]
    fn the_length_of_a_bar_is_proportional_to_its_time() {
        let chart = draw(&[Panel {
            title: "a < b".to_owned(),
            bars: vec![bar("ours", 0.5, true), bar("other & co", 2.0, false)],
        }]);
        assert!(
            chart.contains(r#"class="bar ours" x="260" y="54" width="75.0""#),
            "{chart}"
        );
        assert!(
            chart.contains(r#"class="bar" x="260" y="78" width="300.0""#),
            "{chart}"
        );
        assert!(
            chart.contains("500.0 ms") && chart.contains("2.00 s"),
            "{chart}"
        );
        assert!(
            chart.contains("a &lt; b") && chart.contains("other &amp; co"),
            "{chart}"
        );
    }
}
