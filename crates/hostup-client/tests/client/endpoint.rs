//! Which addresses are an endpoint.

use hostup_client::{Endpoint, EndpointError};

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
    for (text, error) in [
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
        assert_eq!(Endpoint::parse(text), Err(error), "{text}");
        let said = error.to_string();
        assert!(
            said.starts_with("the endpoint must") && !said.contains("s3cret"),
            "{said}"
        );
    }
}
