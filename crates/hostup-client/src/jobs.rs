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
    /// HostUp does not show the job, or shows it in a form that can't be read. Only the object that
    /// the job changes can tell how it ended.
    Unknown,
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

    /// Reads the job's status.
    ///
    /// # Errors
    ///
    /// As every read, except that a response that is not the job's is [`JobStatus::Unknown`].
    pub(crate) async fn status(
        &self,
        transport: &Transport,
        operation: &Operation,
    ) -> Result<JobStatus> {
        match transport.get::<Value>(operation, self.url.clone()).await {
            Ok(document) => Ok(JobStatus::from(&document)),
            Err(error) if error.status() == Some(404) || error.is_undecodable() => {
                Ok(JobStatus::Unknown)
            }
            Err(error) => Err(error),
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
            Some(status) => Self::Running(status.to_owned()),
            None => Self::Unknown,
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
            (json!({"data": {}}), JobStatus::Unknown),
            (json!([]), JobStatus::Unknown),
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
