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
    pub(super) fn of(error: &hostup_client::Error) -> Option<Self> {
        if error.is_unauthorized() {
            Some(Self::Key)
        } else if error.is_forbidden() && error.code().is_some() {
            Some(Self::Scope)
        } else {
            None
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NoKey => "no API key was given",
            Self::NotKnownYet => "the provider's configuration is not known yet",
            Self::Key => "HostUp does not accept the API key",
            Self::Scope => "the API answered 403 to this, too",
        }
    }
}

/// Where the guide says more of an error, and what to do about it.
pub(super) fn advice(error: &hostup_client::Error) -> (Section, Option<String>) {
    if !error.candidates().is_empty() {
        let candidates = error.candidates().iter();
        let hint = format!(
            "nothing was repeated, so nothing exists twice; look at these objects and import the one that is yours:{}",
            bullets(
                candidates.map(|candidate| format!("`{}`: {}", candidate.id, candidate.description))
            )
        );
        return (Section::LostAnswers, Some(hint));
    }
    let (section, hint) = if !error.in_the_way().is_empty() {
        (
            Section::Routes,
            "what is in the way is not this resource's; choose another `prefix`, or import that route here, or remove it \
             where it is managed",
        )
    } else if *error.kind() == ErrorKind::Unavailable {
        (
            Section::Failures,
            "nothing was concluded and the state is as it was; ask HostUp's support why the account can't use routed IPv6",
        )
    } else if error.is_cancelled() {
        (
            Section::Time,
            "run the command again to go on; what exists is in the state",
        )
    } else if error.is_unauthorized() {
        (
            Section::Key,
            "the key is unknown or was revoked; check `api_key`, `api_key_file`, or the environment variable HOSTUP_API_KEY",
        )
    } else if error.is_forbidden() && error.code().is_none() {
        (
            Section::Network,
            "this is not the API's own answer: a firewall or proxy before it refused the request",
        )
    } else if error.is_forbidden() {
        (
            Section::Key,
            "the key needs the scopes `read:network`, `read:vm` and `write:network`; pools and routes can't be read without `read:vm`",
        )
    } else if error.is_rate_limited() {
        (
            Section::RateLimits,
            "the API limits how many requests it takes; lower `max_concurrent_requests` of the provider or raise the resource's `timeouts`",
        )
    } else if *error.kind() == ErrorKind::Lost {
        (
            Section::LostAnswers,
            "nothing was sent twice; apply again, or import the object if it shows up in the account after all",
        )
    } else if error.is_timed_out() {
        (
            Section::Time,
            "raise the resource's `timeouts` or the provider's `request_timeout`, then apply again; what was begun is found again by the next plan",
        )
    } else if error.may_have_happened() {
        (
            Section::LostAnswers,
            "the request may have been carried out; run `plan` to see what exists before you repeat it",
        )
    } else if error.status().is_some_and(|status| status >= 500) {
        (
            Section::Failures,
            "the API failed; apply again in a while, and give the request's id to HostUp's support if it goes on",
        )
    } else if error.is_undecodable() {
        (
            Section::Network,
            "nothing is concluded from it; try again, and if it goes on, check `endpoint` and what stands before the API",
        )
    } else if error.is_transport() {
        (
            Section::Network,
            "check the provider's `endpoint` (or HOSTUP_API_BASE), the network, and a proxy if there is one",
        )
    } else {
        // The rest are refusals, and the API's own words say what there is to say.
        let section = match error.kind() {
            ErrorKind::Building => Section::Configuration,
            _ => Section::Refused,
        };
        return (section, None);
    };
    (section, Some(hint.to_owned()))
}
