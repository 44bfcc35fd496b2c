//! The provider block.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use crate::model::Schema;
use crate::value::Int;

/// Manages the addresses that virtual servers at HostUp live on: the account's routed IPv6 /48, the
/// prefixes routed to each server, and private networks between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(optional)]
pub(crate) struct ProviderModel {
    /// The API key. It can also be given as the environment variable `HOSTUP_API_KEY`, or in a file
    /// (`api_key_file`).
    #[schema(sensitive)]
    pub(crate) api_key: Value<String>,
    /// The path of a file that holds the API key and nothing else. It can also be given as the
    /// environment variable `HOSTUP_API_KEY_FILE`.
    pub(crate) api_key_file: Value<String>,
    /// The base address of the API, with or without `/api/v2` at its end; `http` only for loopback
    /// hosts. It can also be given as the environment variable `HOSTUP_API_BASE`. Default
    /// `https://cloud.hostup.se`.
    pub(crate) endpoint: Value<String>,
    /// How long one request may take, as a duration such as `30s`. Default `30s`.
    pub(crate) request_timeout: Value<String>,
    /// How often a request that may safely be repeated is repeated after a failure. Repeats after a
    /// 429 are not counted: the operation's time bounds them. Default 4; 0 switches both off.
    pub(crate) max_retries: Value<Int>,
    /// How many requests may be under way at once, at least 1. Default 8.
    pub(crate) max_concurrent_requests: Value<Int>,
}
