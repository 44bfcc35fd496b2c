//! The command line of the benchmarks.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use cli_support::Core;
use lexopt::{Arg, Parser, ValueExt as _};

/// The options of a run. A benchmark ignores those that it has no use for.
#[derive(Debug, Default)]
pub struct Options {
    /// How often to repeat each measurement; `None` for the benchmark's own number.
    pub runs: Option<usize>,
    /// How many objects to measure with, in ascending order.
    pub sizes: Option<Vec<u16>>,
    /// The Terraform and OpenTofu programs to measure with.
    pub cores: Vec<Core>,
    /// The parts to measure; empty for all.
    pub only: Vec<String>,
    /// The provider to measure; `None` for a release build.
    pub provider: Option<PathBuf>,
    /// Other providers to compare with.
    pub peers: Vec<PathBuf>,
    /// Whether to draw the chart.
    pub chart: bool,
}

const USAGE: &str = "\
  --runs N         repeat each measurement N times
  --sizes 1,100    measure with these numbers of objects (scale)
  --cli PATH       use this `terraform` or `tofu`; may be repeated
  --only A,B       measure these parts only
  --provider PATH  measure this program instead of a release build
  --peer PATH      compare with this provider (startup); may be repeated
  --chart          also draw docs/measurements.svg (scale)";

impl Options {
    /// Reads the arguments after the program's name. `parts` are the values of `--only`.
    ///
    /// # Errors
    /// When an option is unknown or its value is invalid. The message lists the options.
    pub fn parse<I>(arguments: I, parts: &[&str]) -> Result<Self>
    where
        I: IntoIterator<Item: Into<OsString>, IntoIter: 'static>,
    {
        read(&mut Parser::from_args(arguments), parts).map_err(|error| {
            anyhow!(
                "{error:#}\n\nthe options are\n{USAGE}\nand the parts {}",
                list(parts)
            )
        })
    }

    /// Returns whether to measure this part.
    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|it| it == part)
    }
}

fn read(parser: &mut Parser, parts: &[&str]) -> Result<Options> {
    let mut options = Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            // `cargo bench` adds it.
            Arg::Long("bench") => {}
            Arg::Long("runs") => {
                let runs = parser.value()?.parse()?;
                ensure!(runs > 0, "`--runs` must be at least 1");
                options.runs = Some(runs);
            }
            Arg::Long("sizes") => options.sizes = Some(sizes(&parser.value()?.string()?)?),
            Arg::Long("cli") => options.cores.push(Core::at(Path::new(&parser.value()?))?),
            Arg::Long("only") => {
                for name in parser.value()?.string()?.split(',') {
                    ensure!(parts.contains(&name), "unknown part `{name}`");
                    options.only.push(name.to_owned());
                }
            }
            Arg::Long("provider") => options.provider = Some(file(&parser.value()?)?),
            Arg::Long("peer") => options.peers.push(file(&parser.value()?)?),
            Arg::Long("chart") => options.chart = true,
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(options)
}

/// Returns the file's absolute path: it is started in another directory.
fn file(path: &OsString) -> Result<PathBuf> {
    let path = Path::new(path);
    let absolute = fs::canonicalize(path).ok().filter(|it| it.is_file());
    absolute.with_context(|| format!("`{}` is not a file", path.display()))
}

fn sizes(text: &str) -> Result<Vec<u16>> {
    let parsed: Option<Vec<u16>> = text
        .split(',')
        .map(|size| size.parse().ok().filter(|size| *size > 0))
        .collect();
    let mut sizes = parsed
        .with_context(|| format!("`--sizes {text}` must be numbers from 1 to {}", u16::MAX))?;
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
        let arguments: Vec<_> = arguments.iter().map(|it| (*it).to_owned()).collect();
        Options::parse(arguments, &["plan", "apply"])
    }

    #[test]
    fn options_are_read() {
        let options = parse(&[
            "--runs",
            "3",
            "--sizes=100,1,100",
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
    fn a_bad_argument_is_named_and_the_options_are_listed() {
        for (arguments, expected) in [
            (&["--fast"] as &[_], "invalid option '--fast'"),
            (&["fast"], "unexpected argument \"fast\""),
            (&["--runs"], "missing argument for option '--runs'"),
            (&["--runs", "many"], "cannot parse argument \"many\""),
            (&["--runs", "0"], "`--runs` must be at least 1"),
            (
                &["--sizes", "1,x"],
                "`--sizes 1,x` must be numbers from 1 to 65535",
            ),
            (&["--only", "lunch"], "unknown part `lunch`"),
            (&["--peer", "nowhere"], "`nowhere` is not a file"),
        ] {
            let error = parse(arguments).expect_err("an error");
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(error.to_string().contains("--sizes 1,100"), "{error}");
            assert!(error.to_string().contains("`plan`, `apply`"), "{error}");
        }
    }
}
