//! The command line of the benchmarks.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use cli_support::Core;

/// What a person asks for. Each benchmark says what it makes of it.
#[derive(Debug, Default)]
pub struct Options {
    /// How often everything is measured, if not as often as the benchmark thinks right.
    pub runs: Option<usize>,
    /// How many objects, in ascending order.
    pub sizes: Option<Vec<u16>>,
    /// The programs that plan and apply.
    pub cores: Vec<Core>,
    /// The parts to measure; empty for all.
    pub only: Vec<String>,
    /// The provider to measure, if not as it is built for release.
    pub provider: Option<PathBuf>,
    /// Other providers to measure beside ours.
    pub peers: Vec<PathBuf>,
    /// Whether to draw the chart.
    pub chart: bool,
}

/// One line for each option.
const USAGE: &str = "\
  --runs N         measure everything N times
  --sizes 1,100    with so many objects (scale)
  --cli PATH      with this `terraform` or `tofu`; may be repeated
  --only A,B       only these parts
  --provider PATH  this program in place of the one built for release
  --peer PATH      also this provider (startup); may be repeated
  --chart          also draw docs/measurements.svg (scale)";

impl Options {
    /// Reads the arguments after the program's name. `parts` are what `--only` may name.
    ///
    /// # Errors
    /// When an option is unknown or has a value it can't have. The message lists what there is.
    pub fn parse(arguments: impl IntoIterator<Item = String>, parts: &[&str]) -> Result<Self> {
        let read = read(&mut arguments.into_iter(), parts);
        read.with_context(|| format!("the options are\n{USAGE}\nand the parts {}", list(parts)))
    }

    /// Whether to measure this part.
    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|it| it == part)
    }
}

fn read(arguments: &mut dyn Iterator<Item = String>, parts: &[&str]) -> Result<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.with_context(|| format!("`{argument}` needs a value"))
        };
        match argument.as_str() {
            // Cargo's own way of saying that this is not a test.
            "--bench" => {}
            "--runs" => {
                let text = value()?;
                let runs = text.parse().ok().filter(|runs| *runs > 0);
                let runs = runs.with_context(|| format!("`--runs {text}` is no number of runs"))?;
                options.runs = Some(runs);
            }
            "--sizes" => options.sizes = Some(sizes(&value()?)?),
            "--cli" => options.cores.push(Core::at(value()?.as_ref())?),
            "--only" => {
                let names = value()?;
                for name in names.split(',') {
                    ensure!(parts.contains(&name), "there is no part `{name}`");
                    options.only.push(name.to_owned());
                }
            }
            "--provider" => options.provider = Some(file(&value()?)?),
            "--peer" => options.peers.push(file(&value()?)?),
            "--chart" => options.chart = true,
            _ => bail!("there is no option `{argument}`"),
        }
    }
    Ok(options)
}

fn file(text: &str) -> Result<PathBuf> {
    // Absolute: it is started in another directory.
    let path = fs::canonicalize(text).ok().filter(|path| path.is_file());
    path.with_context(|| format!("`{text}` is no file"))
}

fn sizes(text: &str) -> Result<Vec<u16>> {
    let parsed: Option<Vec<u16>> = text
        .split(',')
        .map(|size| size.parse().ok().filter(|size| *size > 0))
        .collect();
    let mut sizes = parsed
        .with_context(|| format!("`--sizes {text}` are no numbers from 1 to {}", u16::MAX))?;
    sizes.sort_unstable();
    sizes.dedup();
    Ok(sizes)
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options> {
        let arguments = arguments.iter().map(|it| (*it).to_owned());
        Options::parse(arguments, &["plan", "apply"])
    }

    #[test]
    fn what_is_asked_for_is_understood() {
        let options = parse(&[
            "--runs",
            "3",
            "--sizes",
            "100,1,100",
            "--only",
            "plan",
            "--bench",
        ]);
        let options = options.expect("options");
        assert_eq!(options.runs, Some(3));
        assert_eq!(options.sizes, Some(vec![1, 100]));
        assert!(options.wants("plan") && !options.wants("apply"));
        assert!(parse(&[]).expect("no options").wants("apply"));
    }

    #[test]
    fn what_is_not_understood_is_named_beside_what_there_is() {
        for (arguments, complaint) in [
            (&["--fast"] as &[_], "there is no option `--fast`"),
            (&["--runs"], "`--runs` needs a value"),
            (&["--runs", "0"], "`--runs 0` is no number of runs"),
            (
                &["--sizes", "1,x"],
                "`--sizes 1,x` are no numbers from 1 to 65535",
            ),
            (&["--only", "lunch"], "there is no part `lunch`"),
            (&["--peer", "nowhere"], "`nowhere` is no file"),
        ] {
            let error = parse(arguments).expect_err("a complaint");
            assert_eq!(error.root_cause().to_string(), complaint);
            assert!(error.to_string().contains("--sizes 1,100"), "{error}");
            assert!(error.to_string().contains("`plan`, `apply`"), "{error}");
        }
    }
}
