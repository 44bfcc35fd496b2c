//! The switches: where the API's documents are silent or contradict each other, the mock can
//! answer either way, and a test says which.

mod interfaces;

use std::time::Duration;

use serde_json::{Value, json};

pub use interfaces::{
    ChangeEffect, ChangeResponse, InterfaceSwitches, JobEnd, JobForm, RefusedAs, UnknownSubnet,
};

/// How the mock behaves where the API's documents leave it open. Every field's default is the
/// contract's own choice for the mock.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, not states of a machine"
)]
pub struct Switches {
    // Reads behind the writes
    /// How long reads lag behind writes: the GETs of `/routed-ipv6`, of private networks and of
    /// servers are answered from a copy of the account that is this old.
    /// Every change, also one by a test, shows in them only after this time; what exists when the
    /// switch is set shows from the start. The rules of writes see the account as it is, and so
    /// do [`MockApi`](crate::MockApi)'s own methods.
    pub copy_lag: Duration,
    /// With [`copy_lag`](Self::copy_lag): a state that answers a write, such as the 201 of
    /// `create_route`, comes from the lagging copy too.
    pub answers_lag: bool,
    /// How long a new pool, route or private network does not show in reads nor in the states
    /// that answer writes. It exists from the start, and its prefix or range is taken. The 201 of
    /// a private network has the object all the same. It applies to what is made while it is set,
    /// also by a test, and adds to [`copy_lag`](Self::copy_lag).
    pub appears_after: Duration,

    // Slow transitions
    /// Reads of a new private network (by id, or in a list) that still show `provisioning`.
    pub provisioning_reads: u32,
    /// Reads that then show `unknown` before the final status.
    pub unknown_reads: u32,
    /// The status in which provisioning ends: `active`, or `retired` and `deprovisioning` for a
    /// creation that fails.
    pub provisioning_ends_in: String,
    /// Reads of a deleted private network that still show `deprovisioning`.
    pub deprovisioning_reads: u32,
    /// A deleted private network stays readable as `retired`, instead of answering 404.
    pub ends_retired: bool,
    /// `retired` networks are left out of the list (by id they stay readable).
    pub list_without_retired: bool,
    /// Reads of a job that show `queued`, and again so many that show `in_progress`. A request
    /// about the network of the job's server counts as one too.
    pub job_reads: u32,

    // Deleting
    /// What a successful DELETE answers with, for pools, routes and private networks alike.
    pub delete_answer: DeleteAnswer,
    /// When a deleted route is gone.
    pub removal: Removal,
    /// A private network is refused deletion until all its subnets are retired, which nothing in
    /// the API does: see [`MockApi::retire_subnets`](crate::MockApi::retire_subnets).
    pub strict_network_delete: bool,
    /// After the release of a pool a new allocation is refused until the cooldown ends.
    pub strict_pool_cooldown: bool,
    /// How long after a release `cooldownUntil` lies.
    pub pool_cooldown: Duration,

    // Private networks
    /// The most private networks an account may have.
    pub private_network_limit: Option<usize>,
    /// What a private network's `region` answers.
    pub region_answer: RegionAnswer,
    /// A new subnet's gateway lies outside the subnet, as in the documented example.
    pub gateway_outside: bool,
    /// When `canDelete` of a private network is allowed.
    pub can_delete_gate: CanDeleteGate,

    /// How the interfaces of servers change.
    pub interfaces: InterfaceSwitches,

    // Routed IPv6
    /// The 201 of `allocate_pool` and `create_route` shows the state without the new object.
    pub empty_201_state: bool,
    /// The 201 of `allocate_pool` and `create_route` shows the account up to so long after the
    /// change, at random: with what others have changed meanwhile.
    pub late_201_state: Duration,
    /// Every state lacks the key `pools`, which must never be read as "everything is gone".
    pub state_without_pools: bool,
    /// Every state has `pools` only: the schema calls all its top-level keys optional.
    pub sparse_state: bool,
    /// Why routed IPv6 is not `available` to this account. Writes are then refused.
    pub routed_ipv6_unavailable: Option<String>,
    /// How long the prefix of a deleted route stays taken, though no state shows it.
    pub prefix_free_after: Duration,
    /// `allocatedAt` and `updatedAt` are null, which the schema allows.
    pub null_times: bool,
    /// A route without a label shows an empty one instead of null.
    pub empty_labels: bool,
    /// The label of a route created through the API is stored without the whitespace at its ends.
    /// A label of whitespace only is stored as null.
    pub trim_labels: bool,
    /// Prefixes such as `2001:db8:1000::/64` that HostUp keeps back, though no state shows them.
    /// A create that names or overlaps one is refused with 409 `routed_ipv6_prefix_conflict`;
    /// a create without a prefix skips them.
    pub held_back: Vec<String>,
    /// A create that names a prefix gets the first free one of the length instead.
    pub ignore_prefix: bool,
    /// A state that is not `available` shows no pools, although the account may have some. Needs
    /// [`routed_ipv6_unavailable`](Self::routed_ipv6_unavailable).
    pub unavailable_hides_pools: bool,
    /// `destinations` and `allowedPrefixLengths` of every state are null.
    pub null_lists: bool,

    // Shape of answers
    /// Whole numbers in success bodies are written `1.0`.
    pub numbers_as_floats: bool,
    /// Every object in a success body has a field no page mentions.
    pub extra_fields: bool,
    /// A 409 of `/routed-ipv6` has no body, as one of the two pages says.
    pub conflict_without_body: bool,
    /// `requestId` is a bare UUID instead of `req_…`.
    pub uuid_request_ids: bool,
    /// The title and the item codes of `invalid_request`.
    pub invalid_request_shape: InvalidRequestShape,
    /// An unknown VPS is 404 `vps_not_found` instead of `not_found`.
    pub vps_not_found_code: bool,
    /// What a 404 looks like. The 404 of a [`Fault`](crate::Fault) keeps the shape it asks for.
    pub not_found_shape: NotFoundShape,
    /// The code of a 429: `rate_limit_exceeded` or `rate_limited`; they mean the same.
    pub rate_limit_code: String,
    /// The content type of Problem bodies.
    pub problem_content_type: String,
    /// Problem bodies carry the optional free-form `extensions`.
    pub problem_extensions: bool,
    /// Fields a request body should not have are refused with 400.
    pub refuse_unknown_fields: bool,
    /// The largest page of a list; a larger `limit` is capped. Lower it to page with few objects.
    pub page_cap: usize,
    /// The last item of each page is also the first of the next one. A page of one item does not
    /// repeat it: the list would never end.
    pub repeat_items: bool,

    // Transport
    /// Time every request takes before it is handled.
    pub latency: Duration,
    /// Up to so much more, at random.
    pub latency_jitter: Duration,
    /// The real rate limit, counted per key.
    pub rate_limit: Option<RateLimit>,
    /// Requests with a library's default `User-Agent`, or none, get a 403 in HTML from the edge.
    pub refuse_default_agents: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            copy_lag: Duration::ZERO,
            answers_lag: false,
            appears_after: Duration::ZERO,
            provisioning_reads: 1,
            unknown_reads: 0,
            provisioning_ends_in: "active".to_owned(),
            deprovisioning_reads: 1,
            ends_retired: false,
            list_without_retired: false,
            job_reads: 1,
            delete_answer: DeleteAnswer::Documented,
            removal: Removal::AtOnce,
            strict_network_delete: false,
            strict_pool_cooldown: false,
            pool_cooldown: Duration::from_hours(30 * 24),
            private_network_limit: None,
            region_answer: RegionAnswer::RackId,
            gateway_outside: false,
            can_delete_gate: CanDeleteGate::Permissive,
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
            refuse_unknown_fields: true,
            page_cap: 100,
            repeat_items: false,
            latency: Duration::ZERO,
            latency_jitter: Duration::ZERO,
            rate_limit: None,
            refuse_default_agents: false,
        }
    }
}

/// What a successful DELETE answers with.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DeleteAnswer {
    /// The contract's choice for each: a route answers 200 with the state, a pool 200 with
    /// `{released, cooldownUntil}`, a private network 200 with the object in `deprovisioning`.
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
    /// 202 with `{operation}`, the value being the operation. See [`DeleteAnswer::accepted`].
    Accepted(Value),
}

impl DeleteAnswer {
    /// 202 with a queued operation, whose job the mock does not know.
    pub fn accepted() -> Self {
        Self::Accepted(json!({
            "status": "queued",
            "jobId": "job_01hxa3b4c5d6e7f8g9h0j1k2m3",
            "pollUrl": "/api/jobs/job_01hxa3b4c5d6e7f8g9h0j1k2m3",
        }))
    }
}

/// When a deleted route is gone.
///
/// A route that goes late is listed meanwhile as if nothing had happened: its prefix stays taken,
/// its pool can't be released (409 `routed_ipv6_pool_in_use`), and a second DELETE is answered
/// 404 `not_found`. The first one answers 202 with `{operation}`, unless
/// [`delete_answer`](Switches::delete_answer) names another answer. The operation's job does not
/// wait for the route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removal {
    /// With the DELETE.
    #[default]
    AtOnce,
    /// After so many GETs of the state that still list it.
    Reads(u32),
    /// After this time.
    After(Duration),
}

/// What a private network's `region` answers. Requests and the list's filter take the slug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegionAnswer {
    /// `dc1r28`, as in the documented 201.
    #[default]
    RackId,
    /// The slug, as in the schema's example.
    Slug,
    /// Null, which the schema allows.
    Null,
}

/// When `canDelete` of a private network is allowed. The documents show both for one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CanDeleteGate {
    /// Whenever the mock would accept a DELETE.
    #[default]
    Permissive,
    /// Once all subnets are retired, as in the documented 201.
    Documented,
}

/// The shape of `invalid_request`, which differs between the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvalidRequestShape {
    /// Title "Invalid request", item code `invalid_request`.
    #[default]
    Example,
    /// Title "Validation failed", item codes such as `missing_required`.
    Schema,
}

/// What a 404 looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotFoundShape {
    /// A Problem document with the `code` `not_found`.
    #[default]
    Problem,
    /// A Problem document without `code`.
    NoCode,
    /// No body and no content type.
    Empty,
    /// The page that a proxy in front of the API answers with.
    Html,
}

/// So many requests in each window, per key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests allowed in a window.
    pub requests: u32,
    /// The window's length, from its first request.
    pub window: Duration,
}
