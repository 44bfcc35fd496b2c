//! Jobs: work that HostUp does after it accepted a request.
//!
//! A response names its job with `operation {status, jobId, pollUrl}`. The job is read at
//! `pollUrl`, or at `/api/jobs/{jobId}` when the response has no usable URL. Both lie outside the
//! API's version 2.

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use crate::error::Result;
use crate::operation::Operation;
use crate::request::{Response, Transport};

/// The statuses of a job that HostUp works on. An empty status means the same.
const RUNNING: [&str; 6] = ["", "pending", "queued", "in_progress", "running", "waiting"];

/// A job that a response named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// `job_…`; opaque. `None` when the response names a URL only.
    pub id: Option<String>,
    url: Url,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStatus {
    /// HostUp works on it. The text is HostUp's word, such as `queued`; it may be empty.
    Running(String),
    /// HostUp finished it.
    Completed,
    /// HostUp gave up; why, in HostUp's words.
    Failed(String),
    /// HostUp does not tell, and why not: the job can't be read, or has a status that no document
    /// names. Only the object that the job changes can tell how it ended.
    Unknown(String),
}

#[derive(Deserialize)]
struct Accepted {
    operation: Option<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    job_id: Option<String>,
    poll_url: Option<String>,
}

impl Job {
    /// Returns the job that a successful response names. `None` when it names none: then the work
    /// is done, or the object that it changes must tell.
    ///
    /// A URL on another host is never used: the API key would go there.
    pub(crate) fn of(transport: &Transport, response: &Response) -> Option<Self> {
        let named = transport.decode::<Accepted>(response).ok()?.operation?;
        let endpoint = &transport.config().endpoint;
        let id = named.job_id.filter(|it| !it.is_empty());
        let told = named.poll_url.filter(|it| !it.is_empty());
        let url = told.as_deref().and_then(|it| endpoint.same_host(it));
        if let (Some(url), None) = (&told, &url) {
            tracing::warn!(
                url,
                "HostUp names a job at another host, which is not requested"
            );
        }
        let url = match (url, &id) {
            (Some(url), _) => url,
            (None, Some(id)) => endpoint.job(id)?,
            (None, None) => return None,
        };
        Some(Self { id, url })
    }

    /// Returns the job at a URL that [`url`](Self::url) returned. `None` for another host.
    pub(crate) fn at(transport: &Transport, url: &str) -> Option<Self> {
        let url = transport.config().endpoint.same_host(url)?;
        Some(Self { id: None, url })
    }

    /// Returns where the job is read.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Reads the job's status. A job that can't be read is [`JobStatus::Unknown`]: no document says
    /// which scope it takes, and the object that it changes tells as much.
    ///
    /// # Errors
    ///
    /// When the operation ended.
    pub(crate) async fn status(
        &self,
        transport: &Transport,
        operation: &Operation,
    ) -> Result<JobStatus> {
        match transport.get::<Value>(operation, self.url.clone()).await {
            Ok(document) => Ok(JobStatus::from(&document)),
            Err(error) if error.is_cancelled() || error.is_operation_over() => Err(error),
            Err(error) => Ok(JobStatus::Unknown(error.to_string())),
        }
    }
}

impl From<&Value> for JobStatus {
    fn from(document: &Value) -> Self {
        let text = |pointer| document.pointer(pointer).and_then(Value::as_str);
        let status = ["/data/status", "/data/state", "/operation/status"]
            .into_iter()
            .find_map(text);
        match status {
            Some("completed") => Self::Completed,
            Some("failed") => Self::Failed(failure(document.pointer("/data/error"))),
            Some(status) if RUNNING.contains(&status) => Self::Running(status.to_owned()),
            Some(status) => Self::Unknown(format!("its status is `{status}`")),
            None => Self::Unknown("its document has no status".to_owned()),
        }
    }
}

/// What HostUp says about a failure: a text, or an object with one in it.
fn failure(error: Option<&Value>) -> String {
    let inner = |error: &Value| {
        let text = |name| error.get(name).and_then(Value::as_str).map(str::to_owned);
        text("detail")
            .or_else(|| text("message"))
            .or_else(|| text("title"))
    };
    match error {
        None | Some(Value::Null) => "HostUp gives no reason".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(error) => inner(error).unwrap_or_else(|| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_status_is_read_from_each_place_where_it_was_seen() {
        let running = |text: &str| JobStatus::Running(text.to_owned());
        let unknown = || JobStatus::Unknown("its document has no status".to_owned());
        for (document, expected) in [
            (
                json!({"data": {"status": "completed"}}),
                JobStatus::Completed,
            ),
            (json!({"data": {"state": "queued"}}), running("queued")),
            (json!({"data": {"status": ""}}), running("")),
            (
                json!({"operation": {"status": "in_progress"}}),
                running("in_progress"),
            ),
            (
                json!({"data": {"status": "waiting", "state": "completed"}}),
                running("waiting"),
            ),
            (
                json!({"data": {"status": "done"}}),
                JobStatus::Unknown("its status is `done`".to_owned()),
            ),
            (json!({"data": {}}), unknown()),
            (json!([]), unknown()),
        ] {
            assert_eq!(JobStatus::from(&document), expected, "{document}");
        }
    }

    #[test]
    fn a_failure_is_told_in_the_apis_words_whatever_their_form() {
        for (error, expected) in [
            (json!("no room"), "no room"),
            (json!({"code": "x", "detail": "no room"}), "no room"),
            (json!({"message": "no room"}), "no room"),
            (json!({"code": 7}), r#"{"code":7}"#),
            (json!(null), "HostUp gives no reason"),
        ] {
            let document = json!({"data": {"status": "failed", "error": error}});
            assert_eq!(
                JobStatus::from(&document),
                JobStatus::Failed(expected.to_owned())
            );
        }
    }
}
