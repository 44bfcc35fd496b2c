//! Jobs behind `operation.pollUrl`: an older envelope, `data.status` `queued`,
//! `in_progress`, `completed`.

use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Answer;
use crate::problem::Refusal;

/// One job. What it stands for has been done already; only its status takes its time.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    id: String,
    reads: u32,
}

pub(crate) fn get(account: &mut Account, id: &str) -> Result<Answer, Refusal> {
    let each = account.switches.job_reads;
    let job = account
        .jobs
        .iter_mut()
        .find(|job| job.id == id)
        .ok_or_else(Refusal::not_found)?;
    let status = match job.reads {
        reads if reads < each => "queued",
        reads if reads < each.saturating_mul(2) => "in_progress",
        _ => "completed",
    };
    job.reads = job.reads.saturating_add(1);
    Ok(Answer::json(
        200,
        json!({"success": true, "data": {"jobId": id, "status": status}}),
    ))
}

impl Account {
    /// A new job, as the `operation` of the answer that starts it.
    pub(crate) fn add_job(&mut self) -> Value {
        let id = self.ids.next("job");
        let operation =
            json!({"status": "queued", "jobId": id, "pollUrl": format!("/api/jobs/{id}")});
        self.jobs.push(Job { id, reads: 0 });
        operation
    }
}
