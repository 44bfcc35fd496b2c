//! The mock as a program.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_hostup-mock-api"))
}

/// Kills the program when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_prints_the_environment_variables_and_serves() {
    let mut command = program();
    command.args([
        "--listen",
        "127.0.0.1:0",
        "--api-key",
        "a key",
        "--vps",
        "web-01",
    ]);
    let mut running = Running(command.stdout(Stdio::piped()).spawn().expect("the program"));
    let output = running.0.stdout.take().expect("its output");
    let lines: Vec<String> = BufReader::new(output)
        .lines()
        .take(4)
        .map(|line| line.expect("a line"))
        .collect();
    let address = lines[0]
        .strip_prefix("export HOSTUP_API_BASE=http://")
        .expect(&lines[0]);
    assert_eq!(lines[1], "export HOSTUP_API_KEY='a key'");
    assert!(
        lines[2].starts_with("# VPS vps_") && lines[2].ends_with(" web-01"),
        "{}",
        lines[2]
    );
    assert!(std::net::TcpStream::connect(address).is_ok(), "{address}");
}

#[test]
fn its_exit_status_is_2_for_wrong_arguments_and_0_for_help() {
    let output = program().arg("--port").output().expect("the program");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.starts_with("error: invalid option '--port'"), "{text}");
    assert!(text.contains("--help"), "{text}");
    let output = program()
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .expect("the program");
    assert_eq!(output.status.code(), Some(2));
    let output = program()
        .args(["--held-back", "10.0.0.0/8"])
        .output()
        .expect("the program");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("`10.0.0.0/8`"), "{text}");
    let output = program().arg("--help").output().expect("the program");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("--provisioning-reads"));
}
