//! What attaching and detaching share: the job of a change, and the scopes that a change needs.

use hostup_client::{Error, JobStatus, NetworkChange};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::wait::Wait;

/// Waits for the end of the change's job, if it has one. Returns why it failed.
pub(super) async fn job_end(
    change: &NetworkChange<'_>,
    wait: &mut Wait,
) -> Result<Option<Diagnostic>, Diagnostic> {
    loop {
        let status = change.job_status(wait.operation()).await;
        let now = match wait.tolerate(status)? {
            Some(JobStatus::Completed | JobStatus::Unknown) => return Ok(None),
            Some(JobStatus::Failed(why)) => {
                let job = change
                    .job()
                    .and_then(|job| job.id.as_deref())
                    .unwrap_or("without id");
                return Ok(Some(
                    Diagnostic::without_summary(format!("HostUp's job `{job}` failed: {why}"))
                        .hint(
                            Section::PrivateInterfaces,
                            "apply again; if it goes on, give the job's id to HostUp's support",
                        ),
                ));
            }
            Some(JobStatus::Running(status)) => format!("being changed (job `{status}`)"),
            None => "being changed (job not readable)".to_owned(),
        };
        wait.pause(&now).await?;
    }
}

/// HostUp's documents name no scope for changes of a server's network: a refusal names both that it
/// may be.
pub(super) fn scopes(error: Error) -> Diagnostic {
    let is_scope = error.is_forbidden() && error.code().is_some();
    let refused = Diagnostic::from(error);
    if !is_scope {
        return refused;
    }
    refused.hint(
        Section::Key,
        "the key needs `read:network` and `read:vm`, and `write:network` or `write:vm` to attach \
         and detach interfaces: \
         HostUp does not document which of the two",
    )
}
