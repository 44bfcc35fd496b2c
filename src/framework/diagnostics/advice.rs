//! Advice for the client's errors: what to do, and the section of the guide that says more.

use hostup_client::ErrorKind;

use super::super::guide::Section;
use super::bullets;

/// A cause that fails many objects of a run. One error explains it, the others point to that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The provider has no key.
    NoKey,
    /// A value of the provider's configuration is not known yet.
    NotKnownYet,
    /// HostUp does not accept the key.
    Key,
    /// The key lacks a scope.
    Scope,
}

impl Cause {
    /// Returns the cause of an error that the key explains.
    pub(super) fn of(error: &hostup_client::Error) -> Option<Self> {
        if error.is_unauthorized() {
            Some(Self::Key)
        } else if error.is_forbidden() && error.code().is_some() {
            Some(Self::Scope)
        } else {
            None
        }
    }

    /// Returns the cause in a few words.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NoKey => "no API key was given",
            Self::NotKnownYet => "the provider's configuration is not known yet",
            Self::Key => "HostUp does not accept the API key",
            Self::Scope => "the API returned 403 to this, too",
        }
    }
}

/// Returns the section of the guide that explains an error, and what to do about it.
pub(super) fn advice(error: &hostup_client::Error) -> (Section, Option<String>) {
    if !error.candidates().is_empty() {
        let candidates = error.candidates().iter();
        let candidates = bullets(candidates.map(|it| format!("`{}`: {}", it.id, it.description)));
        let hint = format!(
            "the request was not retried, so nothing exists twice; look at these objects and \
             import the one that is yours:{candidates}"
        );
        return (Section::LostResponses, Some(hint));
    }
    let (section, hint) = if !error.in_the_way().is_empty() {
        (
            Section::Routes,
            "another resource or configuration has the prefix; choose another `prefix`, import \
             that route here, or delete it where it is managed",
        )
    } else if *error.kind() == ErrorKind::Unavailable {
        (
            Section::Failures,
            "the state did not change; ask HostUp's support why the account cannot use routed IPv6",
        )
    } else if error.is_cancelled() {
        (
            Section::Time,
            "run the command again to continue; what exists is in the state",
        )
    } else if error.is_unauthorized() {
        (
            Section::Key,
            "HostUp does not know the key, or it was revoked; check `api_key`, `api_key_file`, or \
             the environment variable HOSTUP_API_KEY",
        )
    } else if error.is_forbidden() && error.code().is_none() {
        (
            Section::Network,
            "this response is not from the API: a firewall or proxy in front of it refused the \
             request",
        )
    } else if error.is_forbidden() {
        (
            Section::Key,
            "the key needs the scopes `read:network`, `read:vm` and `write:network`; pools and \
             routes cannot be read without `read:vm`",
        )
    } else if error.is_rate_limited() {
        (
            Section::RateLimits,
            "HostUp limits the number of requests; lower `max_concurrent_requests` of the provider \
             or raise the resource's `timeouts`",
        )
    } else if *error.kind() == ErrorKind::Lost {
        (
            Section::LostResponses,
            "nothing was sent twice; apply again, or import the object if the account shows it \
             after all",
        )
    } else if error.is_timed_out() {
        (
            Section::Time,
            "raise the resource's `timeouts` or the provider's `request_timeout`, then apply \
             again; the next plan finds what exists",
        )
    } else if error.may_have_happened() {
        (
            Section::LostResponses,
            "HostUp may have carried out the request; run `plan` to see what exists before you \
             repeat it",
        )
    } else if error.status().is_some_and(|status| status >= 500) {
        (
            Section::Failures,
            "HostUp failed; apply again later, and give the id of the request to HostUp's support \
             if it fails again",
        )
    } else if error.is_undecodable() {
        (
            Section::Network,
            "the state did not change; try again, and if it fails again, check `endpoint` and what \
             is in front of the API",
        )
    } else if error.is_plain_http() {
        (
            Section::Network,
            "the server at this address speaks plain `http`, or a proxy in front of it does; for a \
             server on this machine, begin `endpoint` (or HOSTUP_API_BASE) with `http://`",
        )
    } else if error.is_transport() {
        (
            Section::Network,
            "check the provider's `endpoint` (or HOSTUP_API_BASE), the network, and a proxy if \
             there is one",
        )
    } else {
        return refusal(error);
    };
    (section, Some(hint.to_owned()))
}

/// Returns the advice for a refusal, which the API's own words explain.
fn refusal(error: &hostup_client::Error) -> (Section, Option<String>) {
    let hint = match error.status() {
        Some(404) => Some(
            "the request names an object that does not exist; check that its id is from the \
             account that the key belongs to",
        ),
        Some(409) => Some(
            "the account does not allow this now; if HostUp's text names a cause, remove it, and \
             apply again",
        ),
        Some(400) => Some("correct the value that HostUp's text names, and apply again"),
        _ => None,
    };
    let section = match error.kind() {
        ErrorKind::Building => Section::Configuration,
        _ => Section::Refused,
    };
    (section, hint.map(str::to_owned))
}
