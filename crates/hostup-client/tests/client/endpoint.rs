//! Which addresses are an endpoint.

use hostup_client::{Client, Endpoint, EndpointError};
use hostup_mock_api::MockApi;

use crate::{config, operation};

#[test]
fn the_default_is_hostups_api() {
    assert_eq!(Endpoint::default().to_string(), "https://cloud.hostup.se");
}

#[test]
fn all_spellings_of_the_base_are_the_same_endpoint() {
    let plain = Endpoint::parse("https://cloud.hostup.se").expect("an endpoint");
    for text in [
        "https://cloud.hostup.se/",
        "https://cloud.hostup.se/api",
        "https://cloud.hostup.se/api/",
        "https://cloud.hostup.se/api/v2",
        "https://cloud.hostup.se/api/v2/",
        "https://cloud.hostup.se/v2",
        "https://cloud.hostup.se:443",
        " HTTPS://Cloud.HostUp.se/ ",
    ] {
        assert_eq!(Endpoint::parse(text).as_ref(), Ok(&plain), "{text}");
    }
    assert_eq!(
        Endpoint::parse("https://h.example:8443/v2")
            .expect("one")
            .to_string(),
        "https://h.example:8443"
    );
}

#[test]
fn plain_http_is_for_loopback_hosts_only() {
    for text in [
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:80/api",
        "http://localhost:8080",
        "http://127.1",
    ] {
        assert!(Endpoint::parse(text).is_ok(), "{text}");
    }
    for text in [
        "http://cloud.hostup.se",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]",
        "http://localhost.example",
        "http://127.0.0.1.example",
    ] {
        assert_eq!(Endpoint::parse(text), Err(EndpointError::Plain), "{text}");
    }
}

#[test]
fn other_addresses_are_refused_without_repeating_a_password() {
    for (address, error) in [
        ("", EndpointError::NotAnAddress),
        ("cloud.hostup.se", EndpointError::NotAnAddress),
        ("https://", EndpointError::NotAnAddress),
        ("ftp://cloud.hostup.se", EndpointError::Scheme),
        ("file:///etc/passwd", EndpointError::Scheme),
        (
            "https://user:s3cret@cloud.hostup.se",
            EndpointError::Credentials,
        ),
        ("https://s3cret@cloud.hostup.se", EndpointError::Credentials),
        ("https://@cloud.hostup.se", EndpointError::Credentials),
        ("https://cloud.hostup.se?key=s3cret", EndpointError::Query),
        ("https://cloud.hostup.se?", EndpointError::Query),
        ("https://cloud.hostup.se/#s3cret", EndpointError::Query),
        ("https://cloud.hostup.se/api/v1", EndpointError::Path),
        ("https://cloud.hostup.se/api/v2/vps", EndpointError::Path),
        ("https://cloud.hostup.se/s3cret", EndpointError::Path),
    ] {
        assert_eq!(Endpoint::parse(address), Err(error), "{address}");
        let text = error.to_string();
        assert!(
            text.starts_with("the endpoint must") && !text.contains("s3cret"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_server_that_speaks_plain_http_is_told_from_an_unreachable_one() {
    let mock = MockApi::start();
    let tls = mock.endpoint().replace("http://", "https://");
    let without_server = "http://127.0.0.1:1".to_owned();
    for (endpoint, is_plain) in [(tls, true), (without_server, false)] {
        let mut config = config(&endpoint, mock.api_key());
        config.max_retries = 0;
        let client = Client::new(config).expect("a client");
        let read = client.routed_ipv6().state(&operation()).await;
        let error = read.expect_err("no response");
        assert!(error.is_transport(), "{error:?}");
        assert_eq!(error.is_plain_http(), is_plain, "{error:?}");
    }
}
