//! The switches. They select what the mock does where the API's documents are silent or contradict
//! each other.

mod interfaces;

use std::time::Duration;

use serde_json::{Value, json};

pub use interfaces::{
    ChangeEffect, ChangeResponse, InterfaceSwitches, JobEnd, JobShape, RefusedAs, UnknownSubnet,
};

/// What the mock does where the API's documents are silent or contradict each other. The defaults
/// are those of the contract.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, not states of a machine"
)]
pub struct Switches {
    // Reads that lag behind writes
    /// How long reads lag behind writes. The GETs of `/routed-ipv6`, of private networks and of
    /// servers show a copy of the account that is this old. Every change, also one by a test, shows
    /// only after this time. Objects that exist when the switch is set show from the start. Writes
    /// and the methods of [`MockApi`](crate::MockApi) see the account as it is.
    pub copy_lag: Duration,
    /// With [`copy_lag`](Self::copy_lag): the state in the response to a write, such as the 201 of
    /// `create_route`, lags too.
    pub responses_lag: bool,
    /// How long a new pool, route or private network does not show in reads, nor in states in
    /// responses to writes. It exists from the start, and its prefix or range is taken. The 201 of
    /// a private network shows the object. Applies to objects created while the switch is set,
    /// also by a test, and adds to [`copy_lag`](Self::copy_lag).
    pub appears_after: Duration,

    // Slow transitions
    /// How many reads of a new private network, by id or in a list, show `provisioning`.
    pub provisioning_reads: u32,
    /// How many reads then show `unknown` before the final status.
    pub unknown_reads: u32,
    /// The status after provisioning: `active`, or `retired` or `deprovisioning` for a create that
    /// fails.
    pub provisioning_ends_in: String,
    /// How many reads of a deleted private network show `deprovisioning`.
    pub deprovisioning_reads: u32,
    /// A deleted private network stays readable as `retired` instead of being 404.
    pub ends_retired: bool,
    /// How many reads of a job show `queued`, and how many then show `in_progress`. A request about
    /// the network of the job's server counts as a read too.
    pub job_reads: u32,

    // Deleting
    /// The response to a successful DELETE of a pool, a route or a private network.
    pub delete_response: DeleteResponse,
    /// When a deleted route is removed.
    pub removal: Removal,
    /// A private network can be deleted only when all its subnets are retired. No call of the API
    /// does that; [`MockApi::retire_subnets`](crate::MockApi::retire_subnets) does.
    pub strict_network_delete: bool,
    /// After the release of a pool, a new allocation is refused until the cooldown ends.
    pub strict_pool_cooldown: bool,

    // Private networks
    /// The most private networks an account may have.
    pub private_network_limit: Option<usize>,
    /// What a private network's `region` shows.
    pub region_value: RegionValue,
    /// A new subnet's gateway is outside the subnet, as in the documented example.
    pub gateway_outside: bool,
    /// When `canDelete` of a private network is allowed.
    pub can_delete_rule: CanDeleteRule,

    /// How the interfaces of servers change.
    pub interfaces: InterfaceSwitches,

    // Routed IPv6
    /// The 201 of `allocate_pool` and `create_route` shows the state without the new object.
    pub empty_201_state: bool,
    /// The 201 of `allocate_pool` and `create_route` shows the account at a random time after the
    /// change, at most this much later. It includes changes by others in that time.
    pub late_201_state: Duration,
    /// Every state lacks the key `pools`. A client must not read that as an empty account.
    pub state_without_pools: bool,
    /// Every state has only the key `pools`: the schema marks all top-level keys as optional.
    pub sparse_state: bool,
    /// Why routed IPv6 is not `available` to the account. All writes are refused.
    pub routed_ipv6_unavailable: Option<String>,
    /// How long the prefix of a deleted route stays taken, although no state shows it.
    pub prefix_free_after: Duration,
    /// `allocatedAt` and `updatedAt` are null, which the schema allows.
    pub null_times: bool,
    /// A route without a label shows an empty one instead of null.
    pub empty_labels: bool,
    /// The API stores a route's label without whitespace at its ends, and a label of whitespace
    /// only as null.
    pub trim_labels: bool,
    /// Prefixes such as `2001:db8:1000::/64` that HostUp holds back, although no state shows them.
    /// A create whose prefix overlaps one gets 409 `routed_ipv6_prefix_conflict`. A create without
    /// a prefix skips them.
    pub held_back: Vec<String>,
    /// A create with a prefix gets the first free one of the same length instead.
    pub ignore_prefix: bool,
    /// With [`routed_ipv6_unavailable`](Self::routed_ipv6_unavailable): states show no pools,
    /// although the account may have some.
    pub unavailable_hides_pools: bool,
    /// `destinations` and `allowedPrefixLengths` of every state are null.
    pub null_lists: bool,

    // Form of responses
    /// Whole numbers in success bodies are written `1.0`.
    pub numbers_as_floats: bool,
    /// Every object in a success body has an undocumented field.
    pub extra_fields: bool,
    /// A 409 of `/routed-ipv6` has no body, as in one of the two documents.
    pub conflict_without_body: bool,
    /// `requestId` is a bare UUID instead of `req_…`.
    pub uuid_request_ids: bool,
    /// The title and the item codes of `invalid_request`.
    pub invalid_request_shape: InvalidRequestShape,
    /// An unknown server is 404 `vps_not_found` instead of `not_found`.
    pub vps_not_found_code: bool,
    /// The form of a 404. The 404 of a [`Fault`](crate::Fault) keeps its own form.
    pub not_found_shape: NotFoundShape,
    /// The code of a 429: `rate_limit_exceeded` or `rate_limited`, which mean the same.
    pub rate_limit_code: String,
    /// The content type of Problem bodies.
    pub problem_content_type: String,
    /// Problem bodies have the optional free-form `extensions`.
    pub problem_extensions: bool,
    /// The largest page of a list. A larger `limit` is capped.
    pub page_cap: usize,
    /// The last item of each page is also the first of the next one. Pages of one item do not
    /// repeat it, because the list would never end.
    pub repeat_items: bool,

    // Transport
    /// How long every request waits before it is handled.
    pub latency: Duration,
    /// The most that is added to that wait, at random.
    pub latency_jitter: Duration,
    /// The rate limit, per key.
    pub rate_limit: Option<RateLimit>,
    /// Requests with a library's default `User-Agent`, or without one, get a 403 in HTML.
    pub refuse_default_agents: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            copy_lag: Duration::ZERO,
            responses_lag: false,
            appears_after: Duration::ZERO,
            provisioning_reads: 1,
            unknown_reads: 0,
            provisioning_ends_in: "active".to_owned(),
            deprovisioning_reads: 1,
            ends_retired: false,
            job_reads: 1,
            delete_response: DeleteResponse::Documented,
            removal: Removal::AtOnce,
            strict_network_delete: false,
            strict_pool_cooldown: false,
            private_network_limit: None,
            region_value: RegionValue::RackId,
            gateway_outside: false,
            can_delete_rule: CanDeleteRule::Permissive,
            interfaces: InterfaceSwitches::default(),
            empty_201_state: false,
            late_201_state: Duration::ZERO,
            prefix_free_after: Duration::ZERO,
            state_without_pools: false,
            sparse_state: false,
            routed_ipv6_unavailable: None,
            null_times: false,
            empty_labels: false,
            trim_labels: false,
            held_back: Vec::new(),
            ignore_prefix: false,
            unavailable_hides_pools: false,
            null_lists: false,
            numbers_as_floats: false,
            extra_fields: false,
            conflict_without_body: false,
            uuid_request_ids: false,
            invalid_request_shape: InvalidRequestShape::Example,
            vps_not_found_code: false,
            not_found_shape: NotFoundShape::Problem,
            rate_limit_code: "rate_limit_exceeded".to_owned(),
            problem_content_type: "application/problem+json".to_owned(),
            problem_extensions: false,
            page_cap: 100,
            repeat_items: false,
            latency: Duration::ZERO,
            latency_jitter: Duration::ZERO,
            rate_limit: None,
            refuse_default_agents: false,
        }
    }
}

/// The response to a successful DELETE.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DeleteResponse {
    /// The contract's choice: 200 with the state for a route, 200 with `{released, cooldownUntil}`
    /// for a pool, 200 with the object in `deprovisioning` for a private network.
    #[default]
    Documented,
    /// 200 with the routed IPv6 state, or with the private network.
    State,
    /// 204 without a body.
    NoContent,
    /// 200 without a body.
    Empty,
    /// 200 with `{released, cooldownUntil}`.
    Released,
    /// 202 with `{operation}`, where the value is the operation. See [`DeleteResponse::accepted`].
    Accepted(Value),
}

impl DeleteResponse {
    /// Returns 202 with a queued operation whose job does not exist.
    pub fn accepted() -> Self {
        Self::Accepted(json!({
            "status": "queued",
            "jobId": "job_01hxa3b4c5d6e7f8g9h0j1k2m3",
            "pollUrl": "/api/jobs/job_01hxa3b4c5d6e7f8g9h0j1k2m3",
        }))
    }
}

/// When a deleted route is removed.
///
/// Until then it is listed, its prefix is taken, its pool cannot be released (409
/// `routed_ipv6_pool_in_use`), and a second DELETE gets 404 `not_found`. The response to the first
/// DELETE is 202 with `{operation}`, unless [`delete_response`](Switches::delete_response) selects
/// another one. The operation's job does not wait for the route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removal {
    /// At once.
    #[default]
    AtOnce,
    /// After this many GETs of the state that list it.
    Reads(u32),
    /// After this time.
    After(Duration),
}

/// What a private network's `region` shows. Requests and the list's filter use the slug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegionValue {
    /// `dc1r28`, as in the documented 201.
    #[default]
    RackId,
    /// The slug, as in the schema's example.
    Slug,
    /// Null, which the schema allows.
    Null,
}

/// When `canDelete` of a private network is allowed. The documents show both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CanDeleteRule {
    /// Whenever the mock would accept a DELETE.
    #[default]
    Permissive,
    /// Once all subnets are retired, as in the documented 201.
    Documented,
}

/// The form of `invalid_request`, which differs between the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvalidRequestShape {
    /// Title "Invalid request", item code `invalid_request`.
    #[default]
    Example,
    /// Title "Validation failed", item codes such as `missing_required`.
    Schema,
}

/// The form of a 404.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotFoundShape {
    /// A Problem document with the `code` `not_found`.
    #[default]
    Problem,
    /// A Problem document without `code`.
    NoCode,
    /// No body and no content type.
    Empty,
    /// The page of a proxy in front of the API.
    Html,
}

/// A number of requests in each window, per key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The number of requests in a window.
    pub requests: u32,
    /// The length of a window, which starts with its first request.
    pub window: Duration,
}
