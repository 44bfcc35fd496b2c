//! The switches for changes of a server's interfaces.

use serde_json::Value;

/// How the mock changes a server's interfaces. The defaults are those of the contract.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, not states of a machine"
)]
pub struct InterfaceSwitches {
    /// The scopes that a change needs: `write:network`, `write:vm` or both.
    pub scopes: Vec<String>,
    /// The response to an accepted change.
    pub response: ChangeResponse,
    /// When a change takes effect.
    pub effect: ChangeEffect,
    /// The statuses of a running job, each for [`job_reads`](super::Switches::job_reads) reads. A
    /// job that never ends keeps the last one.
    pub job_statuses: Vec<String>,
    /// How a job ends.
    pub job_end: JobEnd,
    /// Where a job's document has the status.
    pub job_shape: JobShape,
    /// A job that has ended is 404.
    pub ended_jobs_are_gone: bool,
    /// An attach without `ipAddress` gets the lowest free address from `.10` instead of a 400.
    pub address_optional: bool,
    /// A server may have a second interface in a subnet. Otherwise it gets a 409.
    pub second_in_subnet: bool,
    /// A server that is not running gets a 409 `vps_not_ready`.
    pub refuse_stopped: bool,
    /// A second change of a server waits for the first one to end. Otherwise it gets a 409
    /// `vps_not_ready`.
    pub queue_changes: bool,
    /// The refusal of an address that is taken: 409 `ip_address_in_use` or 400.
    pub taken_address: RefusedAs,
    /// The refusal of a subnet that is not active: 409 `network_not_ready` or 400.
    pub inactive_subnet: RefusedAs,
    /// The refusal of a subnet that does not exist.
    pub unknown_subnet: UnknownSubnet,
    /// How many reads of the private network a detached address stays reserved for. Until then it
    /// is refused as taken, and the network's DELETE gets 409 `network_in_use`.
    pub reserved_reads: u32,
    /// While a detached address is reserved, the private network still shows its server as
    /// attached.
    pub attached_while_reserved: bool,
    /// A new interface gets the lowest free name. Otherwise names are not used again.
    pub reuse_names: bool,
    /// `subnet.parentCidr` of a new interface is the network's /21 instead of the subnet's /24.
    pub network_as_parent: bool,
}

impl Default for InterfaceSwitches {
    fn default() -> Self {
        Self {
            scopes: vec!["write:network".to_owned()],
            response: ChangeResponse::Operation,
            effect: ChangeEffect::WhenCompleted,
            job_statuses: vec!["queued".to_owned(), "in_progress".to_owned()],
            job_end: JobEnd::Completed,
            job_shape: JobShape::Status,
            ended_jobs_are_gone: false,
            address_optional: false,
            second_in_subnet: false,
            refuse_stopped: false,
            queue_changes: false,
            taken_address: RefusedAs::Conflict,
            inactive_subnet: RefusedAs::Conflict,
            unknown_subnet: UnknownSubnet::NotFound,
            reserved_reads: 0,
            attached_while_reserved: false,
            reuse_names: false,
            network_as_parent: false,
        }
    }
}

/// The response to an accepted change of a server's interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ChangeResponse {
    /// 202 with `{operation: {status, jobId, pollUrl}}`.
    #[default]
    Operation,
    /// 202 with this `pollUrl`, in which `{id}` becomes the job's id. `None` is null.
    PollUrl(Option<String>),
    /// 202 with an operation whose `jobId` and `pollUrl` are null. The change is under way.
    NoJob,
    /// This status, 200 or 201, and a body without `operation`. The change is made at once.
    Done(u16),
    /// 202 without a body. The change is under way.
    Empty,
    /// 200 with the server's network. The change is made at once.
    Network,
}

/// When a change of a server's interfaces takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangeEffect {
    /// When its job is completed.
    #[default]
    WhenCompleted,
    /// With the response, before its job is completed. It stays when the job fails.
    AtOnce,
    /// After its job is completed and this many more reads of the server's network.
    ReadsLater(u32),
}

/// How a job ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum JobEnd {
    /// `completed`, and the change is made.
    #[default]
    Completed,
    /// `failed`, with this `data.error`. The change is not made.
    Failed(Value),
    /// `failed`, with this `data.error`, although the change is made.
    FailedAfterChange(Value),
    /// Never. The change is not made.
    Never,
}

/// Where a job's document has the status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobShape {
    /// `data.status`.
    #[default]
    Status,
    /// `data.state`.
    State,
    /// `operation.status`.
    Operation,
}

/// The status of a refusal that the documents leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusedAs {
    /// 409.
    #[default]
    Conflict,
    /// 400 `invalid_request`, with a pointer to the field.
    InvalidRequest,
}

/// The refusal of a subnet that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownSubnet {
    /// 404 `not_found`.
    #[default]
    NotFound,
    /// 400 `invalid_request`, with a pointer to `subnetId`.
    InvalidRequest,
    /// 403 `forbidden`.
    Forbidden,
}
