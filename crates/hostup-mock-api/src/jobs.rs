//! Jobs, and the changes of servers' interfaces that they make.
//!
//! A job advances with every read of it and with every request about its server's network.
//! Without the latter, a client that has no job id would never see the change.

use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Response;
use crate::problem::Refusal;
use crate::switches::{ChangeEffect, JobEnd, JobShape};

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    id: String,
    reads: u32,
    end: Option<JobEnd>,
    /// `None` for a job that changes no server.
    change: Option<Change>,
}

/// A change of one server's interfaces.
#[derive(Clone, Debug)]
struct Change {
    vps_id: String,
    kind: ChangeKind,
    progress: Progress,
}

#[derive(Clone, Debug)]
pub(crate) enum ChangeKind {
    /// Adds this interface.
    Attach(Value),
    /// Removes the interface of this name.
    Detach(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The job has not ended.
    Pending,
    /// The change is made after this many more reads of the server's network.
    Reads(u32),
    /// The change is made, or its job has failed.
    Over,
}

pub(crate) fn get(account: &mut Account, id: &str) -> Result<Response, Refusal> {
    let index = account.jobs.iter().position(|job| job.id == id);
    let index = index.ok_or_else(Refusal::not_found)?;
    let status = account.advance(index);
    let ended = account.jobs[index].end.clone();
    if ended.is_some() && account.switches.interfaces.ended_jobs_are_gone {
        return Err(Refusal::not_found());
    }
    let mut data = json!({"jobId": id});
    if let Some(JobEnd::Failed(error) | JobEnd::FailedAfterChange(error)) = ended {
        data["error"] = error;
    }
    let document = match account.switches.interfaces.job_shape {
        JobShape::Operation => json!({"success": true, "operation": {
            "status": status, "jobId": id, "pollUrl": poll_url(id),
        }}),
        form => {
            let field = if form == JobShape::State {
                "state"
            } else {
                "status"
            };
            data[field] = status.into();
            json!({"success": true, "data": data})
        }
    };
    Ok(Response::json(200, document))
}

pub(crate) fn poll_url(id: &str) -> String {
    format!("/api/jobs/{id}")
}

impl Account {
    /// Starts a job that changes no server. Returns the `operation` of the response.
    pub(crate) fn add_job(&mut self) -> Value {
        let id = self.ids.next("job");
        let operation = json!({"status": "queued", "jobId": id, "pollUrl": poll_url(&id)});
        self.jobs.push(Job {
            id,
            reads: 0,
            end: None,
            change: None,
        });
        operation
    }

    /// Starts a change of a server. It waits for those that are under way. Returns the job's id.
    pub(crate) fn add_change(&mut self, vps_id: &str, kind: ChangeKind) -> String {
        let id = self.ids.next("job");
        self.jobs.push(Job {
            id: id.clone(),
            reads: 0,
            end: None,
            change: Some(Change {
                vps_id: vps_id.to_owned(),
                kind,
                progress: Progress::Pending,
            }),
        });
        if self.switches.interfaces.effect == ChangeEffect::AtOnce {
            self.make_change(self.jobs.len() - 1);
        }
        id
    }

    /// Completes every job, also one that would never end. Its change is made, unless
    /// [`ChangeEffect::ReadsLater`] delays it.
    pub fn finish_jobs(&mut self) {
        for index in 0..self.jobs.len() {
            self.complete(index);
        }
    }

    /// Completes a job.
    pub(crate) fn finish_job(&mut self, id: &str) {
        if let Some(index) = self.jobs.iter().position(|job| job.id == id) {
            self.complete(index);
        }
    }

    /// Advances the change of a server that is under way. Returns whether one still is.
    pub(crate) fn is_busy(&mut self, vps_id: &str) -> bool {
        if let Some(index) = self.under_way(vps_id) {
            self.advance(index);
        }
        self.under_way(vps_id).is_some()
    }

    /// Counts a read of a server's network.
    pub(crate) fn count_network_read(&mut self, vps_id: &str) {
        for index in 0..self.jobs.len() {
            let Some(change) = &mut self.jobs[index].change else {
                continue;
            };
            match &mut change.progress {
                Progress::Reads(left) if change.vps_id == vps_id && *left > 0 => *left -= 1,
                Progress::Reads(_) if change.vps_id == vps_id => self.make_change(index),
                _ => {}
            }
        }
        self.is_busy(vps_id);
    }

    /// Returns the interfaces that changes are going to add, each with its server's id.
    pub(crate) fn coming_interfaces(&self) -> impl Iterator<Item = (&str, &Value)> {
        let changes = self.jobs.iter().filter_map(|job| job.change.as_ref());
        changes.filter_map(|change| match &change.kind {
            ChangeKind::Attach(interface) if change.progress != Progress::Over => {
                Some((change.vps_id.as_str(), interface))
            }
            _ => None,
        })
    }

    /// Returns the index of the server's first job that has not ended.
    fn under_way(&self, vps_id: &str) -> Option<usize> {
        self.jobs.iter().position(|job| {
            let change = job.change.as_ref();
            job.end.is_none() && change.is_some_and(|change| change.vps_id == vps_id)
        })
    }

    /// Counts a read of a job, and ends the job after enough of them. Returns its status.
    fn advance(&mut self, index: usize) -> String {
        let switches = &self.switches.interfaces;
        let statuses = &switches.job_statuses;
        let running = |nth: usize| statuses.get(nth).or(statuses.last()).cloned();
        let job = &self.jobs[index];
        let first = match &job.change {
            Some(change) => self.under_way(&change.vps_id) == Some(index),
            None => true,
        };
        if job.end.is_none() {
            if !first {
                return running(0).unwrap_or_default();
            }
            let each = usize::try_from(self.switches.job_reads).unwrap_or(usize::MAX);
            let reads = usize::try_from(job.reads).unwrap_or(usize::MAX);
            let is_running = reads < each.saturating_mul(statuses.len());
            if is_running || switches.job_end == JobEnd::Never {
                let status = running(reads.checked_div(each).unwrap_or(usize::MAX));
                self.jobs[index].reads = job.reads.saturating_add(1);
                return status.unwrap_or_default();
            }
            self.end(index, switches.job_end.clone());
        }
        match self.jobs[index].end {
            Some(JobEnd::Failed(_) | JobEnd::FailedAfterChange(_)) => "failed".to_owned(),
            _ => "completed".to_owned(),
        }
    }

    fn complete(&mut self, index: usize) {
        if self.jobs[index].end.is_none() {
            self.end(index, JobEnd::Completed);
        }
    }

    fn end(&mut self, index: usize, end: JobEnd) {
        let reads = match self.switches.interfaces.effect {
            ChangeEffect::ReadsLater(reads) => Some(reads),
            ChangeEffect::WhenCompleted | ChangeEffect::AtOnce => None,
        };
        let fails = matches!(end, JobEnd::Failed(_));
        let job = &mut self.jobs[index];
        job.end = Some(end);
        let Some(change) = &mut job.change else {
            return;
        };
        match reads {
            _ if fails => change.progress = Progress::Over,
            Some(reads) if change.progress == Progress::Pending => {
                change.progress = Progress::Reads(reads);
            }
            _ => self.make_change(index),
        }
    }

    /// Makes a job's change, once.
    fn make_change(&mut self, index: usize) {
        let Some(change) = &mut self.jobs[index].change else {
            return;
        };
        if change.progress == Progress::Over {
            return;
        }
        change.progress = Progress::Over;
        let Change { vps_id, kind, .. } = change.clone();
        match kind {
            ChangeKind::Attach(interface) => self.insert_interface(&vps_id, interface),
            ChangeKind::Detach(name) => self.drop_interface(&vps_id, &name),
        }
    }
}
