//! The mock's answers have the keys and types of `tests/wire/*.json`, which were written from the
//! API's pages, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use hostup_mock_api::{ChangeResponse, Fault, InvalidRequestShape, JobEnd, JobForm, MockApi};
use serde_json::{Value, json};

use crate::http::Client;

/// What the pages call nullable, wherever it stands. `nextHop` is so of a destination only.
const NULLABLE: [&str; 27] = [
    "allocatedAt",
    "billingCycle",
    "bridge",
    "destinations[].nextHop",
    "gateway",
    "interfaces[].id",
    "ip[].id",
    "ip[].ip",
    "ip[].type",
    "jobId",
    "label",
    "mac",
    "mask",
    "model",
    "nextCursor",
    "operatingSystem",
    "periodYears",
    "pollUrl",
    "powerState",
    "primaryIp",
    "reason",
    "region",
    "subnet",
    "updatedAt",
    "variant",
    "vlan",
    "vlanTag",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire")
}

#[track_caller]
fn fixture(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Fails when keys or types differ.
#[track_caller]
fn same_shape(witness: &Value, answer: &Value) {
    if let Some(difference) = difference("", witness, answer) {
        panic!("{difference}: {answer}");
    }
}

/// The first difference in keys or types, at any depth. Of an array every item is compared with
/// the witness's first; null passes where the page says nullable.
fn difference(path: &str, witness: &Value, answer: &Value) -> Option<String> {
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    if witness.is_null() || answer.is_null() {
        let nullable = NULLABLE
            .iter()
            .any(|name| path.ends_with(&format!(".{name}")));
        return (!nullable).then(|| format!("`{path}` is not nullable"));
    }
    if kind(answer) != kind(witness) {
        return Some(format!(
            "`{path}` is {}, not {}",
            kind(answer),
            kind(witness)
        ));
    }
    match (witness, answer) {
        // Free-form.
        (Value::Object(_), _) if path.ends_with(".extensions") => None,
        (Value::Object(witness), Value::Object(answer)) => {
            let lacking = witness.keys().find(|key| !answer.contains_key(*key));
            if let Some(key) = lacking {
                return Some(format!("`{path}` lacks `{key}`"));
            }
            answer
                .iter()
                .find_map(|(key, value)| match witness.get(key) {
                    None => Some(format!("`{path}` has `{key}` too many")),
                    Some(witness) => difference(&format!("{path}.{key}"), witness, value),
                })
        }
        (Value::Array(witness), Value::Array(answer)) => {
            let first = witness.first()?;
            answer
                .iter()
                .find_map(|item| difference(&format!("{path}[]"), first, item))
        }
        _ => None,
    }
}

#[test]
fn a_difference_in_shape_is_noticed() {
    #[track_caller]
    fn check(witness: &Value, answer: &Value, expected: &str) {
        assert_eq!(difference("", witness, answer).as_deref(), Some(expected));
    }
    check(
        &json!({"a": 1}),
        &json!({"a": "1"}),
        "`.a` is a string, not a number",
    );
    check(&json!({"a": 1}), &json!({}), "`` lacks `a`");
    check(
        &json!({"a": {}}),
        &json!({"a": {"b": 1}}),
        "`.a` has `b` too many",
    );
    check(
        &json!({"a": [{"b": 1}]}),
        &json!({"a": [{"b": 1}, {}]}),
        "`.a[]` lacks `b`",
    );
    check(
        &json!({"name": "a"}),
        &json!({"name": null}),
        "`.name` is not nullable",
    );
    let route = |hop: Value| json!({"routes": [{"nextHop": hop}]});
    check(
        &route(json!("::1")),
        &route(Value::Null),
        "`.routes[].nextHop` is not nullable",
    );
    assert_eq!(
        difference("", &json!({"label": null}), &json!({"label": "a"})),
        None
    );
}

/// Checks shapes, and notes which fixtures were asked for.
#[derive(Default)]
struct Witness {
    asked: BTreeSet<String>,
}

impl Witness {
    fn fixture(&mut self, name: &str) -> Value {
        self.asked.insert(name.to_owned());
        fixture(name)
    }

    #[track_caller]
    fn check(&mut self, name: &str, answer: &Value) {
        same_shape(&self.fixture(name), answer);
    }
}

#[test]
fn every_answer_has_the_keys_and_types_of_its_fixture() {
    let mut witness = Witness::default();
    routed_ipv6(&mut witness);
    private_networks(&mut witness);
    vps(&mut witness);
    vps_network(&mut witness);
    problems(&mut witness);
    let files = fs::read_dir(folder()).expect("the fixtures");
    let all: BTreeSet<String> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .map(|name| name.trim_end_matches(".json").to_owned())
        .collect();
    assert_eq!(witness.asked, all, "every fixture has a check");
}

fn routed_ipv6(witness: &mut Witness) {
    const PATH: &str = "/api/v2/routed-ipv6";
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let empty = client.get(PATH).expect(200);
    witness.check("routed_ipv6.state.empty", &empty);
    assert_eq!(
        empty,
        witness.fixture("routed_ipv6.state.empty"),
        "word for word"
    );
    let vps = mock.add_vps("web-01");
    let allocate = witness.fixture("routed_ipv6.allocate_pool.request");
    let state = client.post(PATH, &allocate).expect(201);
    let pool = state["pools"][0]["id"].clone();
    for name in [
        "routed_ipv6.create_route.request",
        "routed_ipv6.create_route.prefix.request",
    ] {
        let mut request = witness.fixture(name);
        (request["poolId"], request["vpsId"]) = (pool.clone(), json!(vps));
        witness.check(
            "routed_ipv6.state",
            &client.post(PATH, &request).expect(201),
        );
    }
    let state = client.get(PATH).expect(200);
    witness.check("routed_ipv6.state", &state);
    // The other way round, the fixture with nulls is no other shape than the one without.
    let nulls = witness.fixture("routed_ipv6.state.nulls");
    same_shape(&state, &nulls);
    for route in mock.routes() {
        let id = route["id"].as_str().expect("an id");
        witness.check(
            "routed_ipv6.state",
            &client.delete(&format!("{PATH}/routes/{id}")).expect(200),
        );
    }
    let pool = pool.as_str().expect("an id");
    witness.check(
        "routed_ipv6.released",
        &client.delete(&format!("{PATH}/{pool}")).expect(200),
    );
}

fn private_networks(witness: &mut Witness) {
    const PATH: &str = "/api/v2/private-networks";
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let vps = mock.add_vps("web-01");
    for name in [
        "private_networks.create.request",
        "private_networks.create.cidr.request",
    ] {
        let request = witness.fixture(name);
        let created = client.post(PATH, &request).expect(201);
        witness.check("private_networks.created", &created);
        let id = created["id"].as_str().expect("an id");
        let path = format!("{PATH}/{id}");
        witness.check("private_networks.get", &client.get(&path).expect(200));
        client.get(&path).expect(200);
        mock.attach_vps(id, &vps);
        let attached = client.get(&path).expect(200);
        witness.check("private_networks.get", &attached);
        same_shape(&attached, &witness.fixture("private_networks.get.nulls"));
        mock.detach_vps(id, &vps);
        let subnet = attached["subnets"][0]["subnetCidr"].as_str();
        let address = subnet.expect("a range").replace(".0/24", ".99");
        mock.reserve_address(&address);
        let reserved = client.get(&path).expect(200);
        witness.check("private_networks.get.reserved", &reserved);
        mock.free_reserved_addresses();
        let deleted = client.delete(&path).expect(200);
        witness.check("private_networks.get", &deleted);
    }
    witness.check("private_networks.list", &client.get(PATH).expect(200));
    witness.check(
        "private_networks.list",
        &client.get(&format!("{PATH}?limit=1")).expect(200),
    );
}

fn vps(witness: &mut Witness) {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let vps = mock.add_vps("web-01");
    let path = format!("/api/v2/vps/{vps}");
    witness.check("vps.list", &client.get("/api/v2/vps").expect(200));
    let server = client.get(&path).expect(200);
    witness.check("vps.get", &server);
    same_shape(&witness.fixture("vps.get"), &server);
    same_shape(
        &witness.fixture("vps.get"),
        &witness.fixture("vps.get.nulls"),
    );
    let limits = client.get("/api/v2/vps/payg/limits").expect(200);
    witness.check("vps.payg_limits", &limits);
    mock.edit_payg_limits(|limits| limits["pendingRequests"] = witness_limits());
    let limits = client.get("/api/v2/vps/payg/limits").expect(200);
    witness.check("vps.payg_limits", &limits);
    mock.edit_vps(&vps, |server| *server = json!({"id": server["id"]}));
    let minimal = client.get(&path).expect(200);
    witness.check("vps.get.minimal", &minimal);
}

/// What the documents show as pending requests.
fn witness_limits() -> Value {
    fixture("vps.payg_limits")["pendingRequests"].clone()
}

fn vps_network(witness: &mut Witness) {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let (vps, _) = (mock.add_vps("web-01"), mock.add_network("a", None));
    let path = format!("/api/v2/vps/{vps}/network");
    witness.check("vps.network", &client.get(&path).expect(200));
    let mut attach = witness.fixture("vps.network.create_private_interface.request");
    attach["subnetId"] = mock.networks()[0]["subnets"][0]["id"].clone();
    attach["ipAddress"] = json!("10.201.0.10");
    let detach = witness.fixture("vps.network.delete_interface.request");
    for request in [attach, detach] {
        let response = client.post(&path, &request).expect(202);
        witness.check("vps.network.operation", &response);
        let job = response["operation"]["pollUrl"].as_str().expect("a path");
        let running = client.get(job).expect(200);
        witness.check("job.pending", &running);
        mock.finish_jobs();
        witness.check("job.completed", &client.get(job).expect(200));
        let network = client.get(&path).expect(200);
        witness.check("vps.network", &network);
        same_shape(&network, &witness.fixture("vps.network.nulls"));
        same_shape(&network, &witness.fixture("vps.network.empty"));
        mock.configure(|switches| switches.interfaces.job_form = JobForm::State);
        witness.check("job.state", &client.get(job).expect(200));
        mock.configure(|switches| switches.interfaces.job_form = JobForm::Operation);
        witness.check("job.operation", &client.get(job).expect(200));
        mock.configure(|switches| switches.interfaces.job_form = JobForm::Status);
    }
    let request = |response: ChangeResponse, name: &str, end: JobEnd| {
        mock.configure(|switches| {
            switches.job_reads = 0;
            (switches.interfaces.response, switches.interfaces.job_end) = (response, end);
        });
        mock.add_address(&vps, None, "10.201.0.11");
        let interfaces = mock.vps_network(&vps)["interfaces"].clone();
        let last = interfaces.as_array().and_then(|all| all.last());
        let body = json!({"action": "delete_interface", "interfaceName": last.expect("one")["id"]});
        let response = client.post(&path, &body).expect(202);
        same_shape(&fixture(name), &response);
        response["operation"]["pollUrl"].clone()
    };
    request(
        ChangeResponse::NoJob,
        "vps.network.operation.nulls",
        JobEnd::Completed,
    );
    mock.finish_jobs();
    witness.fixture("vps.network.operation.nulls");
    for name in ["job.failed", "job.failed.object"] {
        let error = witness.fixture(name)["data"]["error"].clone();
        let end = JobEnd::Failed(error);
        let job = request(ChangeResponse::Operation, "vps.network.operation", end);
        let failed = client.get(job.as_str().expect("a path")).expect(200);
        witness.check(name, &failed);
    }
}

fn problems(witness: &mut Witness) {
    const PATH: &str = "/api/v2/routed-ipv6";
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let mut check = |name: &str, answer: &Value| {
        witness.check(name, answer);
        for member in ["type", "title", "status", "detail", "code"] {
            assert_eq!(
                answer[member],
                fixture(name)[member],
                "`{member}` of {name}"
            );
        }
    };
    check(
        "problem.invalid_request",
        &client.post(PATH, &json!({})).json(),
    );
    check(
        "problem.unauthorized",
        &Client::with_key(&mock, "wrong").get(PATH).json(),
    );
    mock.add_key("none", &[]);
    check(
        "problem.forbidden",
        &Client::with_key(&mock, "none").get(PATH).json(),
    );
    check(
        "problem.not_found",
        &client.delete(&format!("{PATH}/ripv6_0")).json(),
    );
    mock.inject(Fault::on("GET", PATH).rate_limited(7));
    check("problem.rate_limit_exceeded", &client.get(PATH).json());
    let detail = fixture("problem.internal_error")["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    mock.inject(Fault::on("GET", PATH).problem(500, "internal_error", &detail));
    check("problem.internal_error", &client.get(PATH).json());
    mock.configure(|switches| {
        switches.invalid_request_shape = InvalidRequestShape::Schema;
        switches.problem_extensions = true;
    });
    check(
        "problem.invalid_request.schema",
        &client.post(PATH, &json!({})).json(),
    );
    mock.configure(|switches| {
        (switches.problem_extensions, switches.uuid_request_ids) = (false, true);
    });
    mock.add_pool();
    let conflict = client
        .post(PATH, &json!({"action": "allocate_pool"}))
        .json();
    check("problem.routed_ipv6_pool_exists", &conflict);
}
