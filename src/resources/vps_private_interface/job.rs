//! What attaching and detaching share: following an accepted change to its end, and the scopes that
//! a change needs.

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use hostup_client::{Error, Interface, JobStatus, NetworkChange, Operation, VpsNetwork};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::framework::wait::Wait;

/// How long HostUp was seen to take for a change, at most.
const LONGEST_CHANGE: Duration = Duration::from_mins(2);
/// How often a job that does not tell its status is read.
const MOST_UNKNOWN: usize = 3;

/// A change of one address of a server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) context: &'a Context,
    pub(super) vps_id: &'a str,
    pub(super) address: Ipv4Addr,
    /// When the interface was written, if that was a moment ago.
    pub(super) written: Option<SystemTime>,
}

impl<'a> Target<'a> {
    pub(super) fn new(context: &'a Context, vps_id: &'a str, address: Ipv4Addr) -> Self {
        Self {
            context,
            vps_id,
            address,
            written: context.written,
        }
    }

    pub(super) fn find(&self, network: &VpsNetwork) -> Option<Interface> {
        network.interface_with(self.address).cloned()
    }

    /// Reads the interface. `None`: two reads show no such address, or all reads of 15 seconds if
    /// it was `written` a moment ago.
    pub(super) async fn read(
        &self,
        operation: &Operation,
        written: Option<SystemTime>,
    ) -> Result<Option<Interface>, Error> {
        let (vps, find) = (self.context.client.vps(), |it: &_| self.find(it));
        vps.find_in_network(operation, self.vps_id, written, find)
            .await
    }

    /// Waits until `done` accepts the interface, or its absence, after HostUp accepted a change.
    /// `not_yet` describes the address before that.
    ///
    /// The server's network alone decides how the change ended. While HostUp says that its job
    /// runs, only the job is read, until no time is left.
    pub(super) async fn follow<T>(
        &self,
        change: &NetworkChange<'_>,
        wait: &mut Wait,
        not_yet: &str,
        done: impl Fn(Option<Interface>) -> Option<T>,
    ) -> Result<T, Diagnostic> {
        let mut status = JobStatus::Running(String::new());
        let mut unknown = 0;
        loop {
            let has_ended = matches!(status, JobStatus::Completed | JobStatus::Failed(_));
            if !has_ended && unknown < MOST_UNKNOWN {
                let read = change.job_status(wait.operation()).await;
                status = wait.tolerate(read)?.unwrap_or(status);
                unknown += usize::from(matches!(status, JobStatus::Unknown(_)));
            }
            let runs = matches!(status, JobStatus::Running(_));
            if (!runs || wait.is_last())
                && let Some(seen) = wait.tolerate(self.read(wait.operation(), None).await)?
            {
                if let Some(done) = done(seen) {
                    return Ok(done);
                }
                if let JobStatus::Failed(why) = &status {
                    return Err(failed(change, why));
                }
            }
            let now = match &status {
                JobStatus::Running(status) => format!("being changed (job `{status}`)"),
                JobStatus::Unknown(why) => format!("{not_yet} (job not readable: {why})"),
                JobStatus::Completed | JobStatus::Failed(_) => not_yet.to_owned(),
            };
            wait.pause(&now).await?;
        }
    }

    /// Whether HostUp may still carry out an attach whose end an earlier run did not see, and how
    /// far it is. If HostUp does not tell, a change counts as ended [`LONGEST_CHANGE`] after the
    /// request.
    pub(super) async fn may_come(&self, operation: &Operation) -> Result<Option<String>, Error> {
        let Some(unfinished) = self.context.unfinished.get() else {
            return Ok(None);
        };
        let vps = self.context.client.vps();
        let status = match unfinished.job {
            Some(url) => vps.job_status(operation, &url).await?,
            None => JobStatus::Unknown("HostUp names none".to_owned()),
        };
        Ok(match status {
            JobStatus::Running(status) => Some(format!("being attached (job `{status}`)")),
            JobStatus::Unknown(_) if self.written.is_some_and(may_take) => {
                Some("perhaps being attached".to_owned())
            }
            _ => None,
        })
    }
}

/// Whether a change that began then may still be under way.
fn may_take(began: SystemTime) -> bool {
    began.elapsed().is_ok_and(|it| it < LONGEST_CHANGE)
}

fn failed(change: &NetworkChange<'_>, why: &str) -> Diagnostic {
    let id = change.job().and_then(|job| job.id.as_deref());
    let job = id.unwrap_or("without id");
    Diagnostic::without_summary(format!("HostUp's job `{job}` failed: {why}")).hint(
        Section::PrivateInterfaces,
        "apply again; if it goes on, give the job's id to HostUp's support",
    )
}

/// Names both scopes that may be missing: HostUp's documents name none for changes of a server's
/// network.
pub(super) fn scopes(error: Error) -> Diagnostic {
    let is_scope = error.is_forbidden() && error.code().is_some();
    let refused = Diagnostic::from(error);
    if !is_scope {
        return refused;
    }
    refused.hint(
        Section::Key,
        "the key needs `read:network` and `read:vm`, and `write:network` or `write:vm` to attach \
         and detach interfaces: HostUp does not document which of the two",
    )
}
