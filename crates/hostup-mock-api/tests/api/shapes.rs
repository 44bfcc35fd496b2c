//! The mock's responses have exactly the keys and types of `tests/wire/*.json`, which were written
//! from the API's documents.

mod difference;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use hostup_mock_api::{ChangeResponse, Fault, InvalidRequestShape, JobEnd, JobShape, MockApi};
use serde_json::{Value, json};

use crate::http::Client;
use difference::assert_same_shape;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire")
}

#[track_caller]
fn document(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Checks responses against documents, and notes which documents were used.
#[derive(Default)]
struct Documents {
    used: BTreeSet<String>,
}

impl Documents {
    fn get(&mut self, name: &str) -> Value {
        self.used.insert(name.to_owned());
        document(name)
    }

    #[track_caller]
    fn check(&mut self, name: &str, response: &Value) {
        assert_same_shape(&self.get(name), response);
    }
}

#[test]
fn every_response_has_the_keys_and_types_of_its_document() {
    let mut documents = Documents::default();
    routed_ipv6(&mut documents);
    private_networks(&mut documents);
    vps(&mut documents);
    vps_network(&mut documents);
    problems(&mut documents);
    let files = fs::read_dir(folder()).expect("the documents");
    let all: BTreeSet<String> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .map(|name| name.trim_end_matches(".json").to_owned())
        .collect();
    assert_eq!(documents.used, all, "every document is used");
}

fn routed_ipv6(documents: &mut Documents) {
    const PATH: &str = "/api/v2/routed-ipv6";
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let empty = client.get(PATH).expect(200);
    documents.check("routed_ipv6.state.empty", &empty);
    assert_eq!(
        empty,
        documents.get("routed_ipv6.state.empty"),
        "the same values"
    );
    let vps = mock.add_vps("web-01");
    let allocate = documents.get("routed_ipv6.allocate_pool.request");
    let state = client.post(PATH, &allocate).expect(201);
    let pool = state["pools"][0]["id"].clone();
    for name in [
        "routed_ipv6.create_route.request",
        "routed_ipv6.create_route.prefix.request",
    ] {
        let mut request = documents.get(name);
        (request["poolId"], request["vpsId"]) = (pool.clone(), json!(vps));
        documents.check(
            "routed_ipv6.state",
            &client.post(PATH, &request).expect(201),
        );
    }
    let state = client.get(PATH).expect(200);
    documents.check("routed_ipv6.state", &state);
    // The document with nulls has the same keys.
    let nulls = documents.get("routed_ipv6.state.nulls");
    assert_same_shape(&state, &nulls);
    for route in mock.routes() {
        let id = route["id"].as_str().expect("an id");
        documents.check(
            "routed_ipv6.state",
            &client.delete(&format!("{PATH}/routes/{id}")).expect(200),
        );
    }
    let pool = pool.as_str().expect("an id");
    documents.check(
        "routed_ipv6.released",
        &client.delete(&format!("{PATH}/{pool}")).expect(200),
    );
}

fn private_networks(documents: &mut Documents) {
    const PATH: &str = "/api/v2/private-networks";
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let vps = mock.add_vps("web-01");
    for name in [
        "private_networks.create.request",
        "private_networks.create.cidr.request",
    ] {
        let request = documents.get(name);
        let created = client.post(PATH, &request).expect(201);
        documents.check("private_networks.created", &created);
        let id = created["id"].as_str().expect("an id");
        let path = format!("{PATH}/{id}");
        documents.check("private_networks.get", &client.get(&path).expect(200));
        client.get(&path).expect(200);
        mock.attach_vps(id, &vps);
        let attached = client.get(&path).expect(200);
        documents.check("private_networks.get", &attached);
        assert_same_shape(&attached, &documents.get("private_networks.get.nulls"));
        mock.detach_vps(id, &vps);
        let subnet = attached["subnets"][0]["subnetCidr"].as_str();
        let address = subnet.expect("a range").replace(".0/24", ".99");
        mock.reserve_address(&address);
        let reserved = client.get(&path).expect(200);
        documents.check("private_networks.get.reserved", &reserved);
        mock.free_reserved_addresses();
        let deleted = client.delete(&path).expect(200);
        documents.check("private_networks.get", &deleted);
    }
    documents.check("private_networks.list", &client.get(PATH).expect(200));
    documents.check(
        "private_networks.list",
        &client.get(&format!("{PATH}?limit=1")).expect(200),
    );
}

fn vps(documents: &mut Documents) {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let vps = mock.add_vps("web-01");
    let path = format!("/api/v2/vps/{vps}");
    documents.check("vps.list", &client.get("/api/v2/vps").expect(200));
    let server = client.get(&path).expect(200);
    documents.check("vps.get", &server);
    assert_same_shape(&documents.get("vps.get"), &server);
    assert_same_shape(&documents.get("vps.get"), &documents.get("vps.get.nulls"));
    let limits = client.get("/api/v2/vps/payg/limits").expect(200);
    documents.check("vps.payg_limits", &limits);
    mock.edit_payg_limits(|limits| limits["pendingRequests"] = pending_requests());
    let limits = client.get("/api/v2/vps/payg/limits").expect(200);
    documents.check("vps.payg_limits", &limits);
    mock.edit_vps(&vps, |server| *server = json!({"id": server["id"]}));
    let minimal = client.get(&path).expect(200);
    documents.check("vps.get.minimal", &minimal);
}

/// Returns the documented pending requests.
fn pending_requests() -> Value {
    document("vps.payg_limits")["pendingRequests"].clone()
}

fn vps_network(documents: &mut Documents) {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let (vps, _) = (mock.add_vps("web-01"), mock.add_network("a", None));
    let path = format!("/api/v2/vps/{vps}/network");
    documents.check("vps.network", &client.get(&path).expect(200));
    let mut attach = documents.get("vps.network.create_private_interface.request");
    attach["subnetId"] = mock.networks()[0]["subnets"][0]["id"].clone();
    attach["ipAddress"] = json!("10.201.0.10");
    let detach = documents.get("vps.network.delete_interface.request");
    for request in [attach, detach] {
        let response = client.post(&path, &request).expect(202);
        documents.check("vps.network.operation", &response);
        let job = response["operation"]["pollUrl"].as_str().expect("a path");
        let running = client.get(job).expect(200);
        documents.check("job.pending", &running);
        mock.finish_jobs();
        documents.check("job.completed", &client.get(job).expect(200));
        let network = client.get(&path).expect(200);
        documents.check("vps.network", &network);
        assert_same_shape(&network, &documents.get("vps.network.nulls"));
        assert_same_shape(&network, &documents.get("vps.network.empty"));
        mock.configure(|switches| switches.interfaces.job_shape = JobShape::State);
        documents.check("job.state", &client.get(job).expect(200));
        mock.configure(|switches| switches.interfaces.job_shape = JobShape::Operation);
        documents.check("job.operation", &client.get(job).expect(200));
        mock.configure(|switches| switches.interfaces.job_shape = JobShape::Status);
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
        assert_same_shape(&document(name), &response);
        response["operation"]["pollUrl"].clone()
    };
    request(
        ChangeResponse::NoJob,
        "vps.network.operation.nulls",
        JobEnd::Completed,
    );
    mock.finish_jobs();
    documents.get("vps.network.operation.nulls");
    for name in ["job.failed", "job.failed.object"] {
        let error = documents.get(name)["data"]["error"].clone();
        let end = JobEnd::Failed(error);
        let job = request(ChangeResponse::Operation, "vps.network.operation", end);
        let failed = client.get(job.as_str().expect("a path")).expect(200);
        documents.check(name, &failed);
    }
}

fn problems(documents: &mut Documents) {
    const PATH: &str = "/api/v2/routed-ipv6";
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let mut check = |name: &str, response: &Value| {
        documents.check(name, response);
        for member in ["type", "title", "status", "detail", "code"] {
            assert_eq!(
                response[member],
                document(name)[member],
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
    let detail = document("problem.internal_error")["detail"]
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
