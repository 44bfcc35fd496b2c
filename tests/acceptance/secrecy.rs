//! The API key is in the requests only: not in output, logs, states, plans or what a crash leaves.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hostup_mock_api::{ALL_SCOPES, Fault};

use crate::scenarios;
use crate::world::World;

scenarios![
    a_key_is_in_no_output_log_state_or_plan,
    a_key_in_the_configuration_is_in_no_output_log_or_state,
];

const KEY: &str = "hu_sentinel_5c1f0e9ad7";

/// The beginning of the provider block, without its end.
const PROVIDER: &str = "provider \"hostup\" {\n  max_retries = 1\n";

const RESOURCES: &str = r#"
}
resource "hostup_routed_ipv6_pool" "main" {}
resource "hostup_private_network" "a" { name = "a" }
"#;

const LIMIT: Duration = Duration::from_mins(1);

/// Plans, applies, shows, meets errors and crashes, with trace logs. Returns all output.
fn run_everything(world: &mut World) -> String {
    world.mock.add_key(KEY, &ALL_SCOPES);
    let log = world.workspace.path().join("trace.log");
    world.workspace.set("TF_LOG", "TRACE");
    world
        .workspace
        .set("TF_LOG_PATH", &log.display().to_string());
    let run = |world: &World, arguments: &[&str], expected: i32| {
        let run = world.workspace.run(arguments).expect("a run");
        assert_eq!(run.code(), expected, "{}", run.text());
        run.text()
    };

    let mut said = run(world, &["plan", "-out=plan.bin", "-no-color"], 0);
    said += &run(world, &["show", "-json", "plan.bin"], 0);
    said += &run(world, &["apply", "-auto-approve", "-no-color"], 0);
    said += &run(world, &["show", "-json"], 0);

    // Error pages that repeat the request.
    let echo = format!("<html>Authorization: Bearer {KEY}</html>");
    for status in [200, 403, 502] {
        let fault = Fault::on("GET", "/api/v2/").status(status);
        let fault = fault
            .body(echo.clone(), "text/html")
            .header("X-Request-Id", KEY);
        world.mock.inject(fault.always());
        let text = run(world, &["plan", "-no-color"], 1);
        assert!(
            text.contains("[key]"),
            "the page is quoted without the key:\n{text}"
        );
        said += &text;
        world.mock.clear_faults();
    }

    said += &crash(world);
    let log = fs::read_to_string(log).expect("a log");
    assert!(
        log.contains("terraform-provider-hostup") && log.contains("/api/v2/routed-ipv6"),
        "the log has the provider's records"
    );
    world.workspace.unset("TF_LOG");
    world.workspace.unset("TF_LOG_PATH");
    said
}

/// Kills the plugin while it waits for a response. Returns the output.
fn crash(world: &World) -> String {
    world.mock.clear_requests();
    let stuck = Fault::on("GET", "/api/v2/").delay(Duration::from_secs(20));
    world.mock.inject(stuck.always());
    let running = world
        .workspace
        .start(["plan", "-no-color"])
        .expect("a plan");
    assert!(world.mock.wait_for(LIMIT, |requests| !requests.is_empty()));
    running
        .kill_children("terraform-provider-hostup")
        .expect("the plugin's process");
    let ended = running.finish(LIMIT).expect("an end");
    assert_eq!(ended.code(), 1, "{}", ended.text());
    world.mock.clear_faults();
    ended.text()
}

/// Returns the files below `directory` that contain the key, without those in `except`.
fn files_with_the_key(directory: &Path, except: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            found.extend(files_with_the_key(&path, except));
        } else if kind.is_file() && !except.iter().any(|it| *it == name) {
            let bytes = fs::read(&path).expect("a readable file");
            if bytes.windows(KEY.len()).any(|it| it == KEY.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

fn a_key_is_in_no_output_log_state_or_plan(world: &mut World) {
    world.workspace.set("HOSTUP_API_KEY", KEY);
    world.configure(&format!("{PROVIDER}{RESOURCES}"));
    let said = run_everything(world);
    assert!(!said.contains(KEY), "{said}");
    assert_eq!(files_with_the_key(world.workspace.path(), &[]), [""; 0]);
    assert!(
        world
            .mock
            .requests()
            .iter()
            .all(|it| it.authorization.as_deref() == Some(&format!("Bearer {KEY}")))
    );
}

/// The core copies the configuration into the plan file, so only that has the key.
fn a_key_in_the_configuration_is_in_no_output_log_or_state(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(&format!("{PROVIDER}  api_key = \"{KEY}\"{RESOURCES}"));
    let said = run_everything(world);
    // `show -json` of a plan prints the configuration.
    let said = said.replace(&format!("{{\"constant_value\":\"{KEY}\"}}"), "");
    assert!(!said.contains(KEY), "{said}");
    let except = ["main.tf", "plan.bin"];
    assert_eq!(files_with_the_key(world.workspace.path(), &except), [""; 0]);
}
