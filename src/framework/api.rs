//! The handle through which everything reaches HostUp's API.
//!
//! Resources exist before the provider is configured, and a provider can be configured without a
//! key or with values that are not known yet. The handle reports that when the API is needed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use hostup_client::Client;

use super::diagnostics::{Cause, Diagnostic, Diagnostics};
use super::guide::Section;

/// A handle that all resources share. `configure` sets the access.
#[derive(Clone, Debug, Default)]
pub struct Api(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    access: RwLock<Access>,
    /// A warning has reported that the plan could not be checked.
    reported_unchecked: AtomicBool,
    /// An object of the state was read since `configure`.
    has_read: AtomicBool,
    /// The causes that a message has explained in full.
    explained: Mutex<BTreeSet<Cause>>,
    /// The ids of the objects whose destroy is planned.
    destroyed: Mutex<BTreeSet<String>>,
}

/// The access to the API that the provider's configuration allows.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// `configure` was not called.
    #[default]
    NotConfigured,
    /// No key was given. Functions work without one.
    NoKey,
    /// This attribute of the provider becomes known only during apply.
    NotKnownYet(&'static str),
    /// The API can be called.
    Ready(Client),
}

impl Api {
    /// Starts a run with this access. In debug mode one process serves many runs, each with its
    /// own configuration.
    pub fn set(&self, access: Access) {
        let shared = &self.0;
        *shared
            .access
            .write()
            .unwrap_or_else(PoisonError::into_inner) = access;
        shared.reported_unchecked.store(false, Ordering::Relaxed);
        shared.has_read.store(false, Ordering::Relaxed);
        lock(&shared.explained).clear();
        lock(&shared.destroyed).clear();
    }

    /// Returns the client.
    ///
    /// # Errors
    /// When the provider was not configured, has no key, or has a value that is not known yet.
    pub fn client(&self) -> Result<Client, Diagnostic> {
        match &*self.0.access.read().unwrap_or_else(PoisonError::into_inner) {
            Access::Ready(client) => Ok(client.clone()),
            Access::NoKey => Err(no_key()),
            Access::NotKnownYet(attribute) => Err(not_known_yet(attribute)),
            Access::NotConfigured => Err(Diagnostic::without_summary(
                "the provider has not been configured",
            )
            .section(Section::Key)),
        }
    }

    /// Returns the client for the checks of a plan, which are left out when it is not known yet
    /// how to reach the API.
    ///
    /// # Errors
    /// When the provider has no key: nothing can be applied without one.
    pub fn client_for_checks(&self) -> Result<Option<Client>, Diagnostic> {
        match &*self.0.access.read().unwrap_or_else(PoisonError::into_inner) {
            Access::Ready(client) => Ok(Some(client.clone())),
            Access::NoKey => Err(no_key()),
            Access::NotKnownYet(_) | Access::NotConfigured => Ok(None),
        }
    }

    /// Reports once in a run that a plan could not be checked, and why.
    pub fn report_unchecked(&self, error: hostup_client::Error, diagnostics: &mut Diagnostics) {
        let Ok(client) = self.client() else { return };
        if self.0.reported_unchecked.swap(true, Ordering::Relaxed) {
            return;
        }
        let reason = self
            .shorten_repeated(Diagnostic::from(error))
            .or_summary(|| "The plan was not checked against the account".to_owned());
        diagnostics.warning(reason.line(format!(
            "HostUp's API at `{}` could not be read. If HostUp refuses something, the apply \
             reports it.",
            client.config().endpoint
        )));
    }

    /// Shortens an error to a line if another message of this run has explained its cause.
    pub fn shorten_repeated(&self, diagnostic: Diagnostic) -> Diagnostic {
        let Some(cause) = diagnostic.cause() else {
            return diagnostic;
        };
        if lock(&self.0.explained).insert(cause) {
            match self.client() {
                Ok(client) => diagnostic.sent_to(&client.config().endpoint),
                Err(_) => diagnostic,
            }
        } else {
            diagnostic.repeated(cause)
        }
    }

    /// Notes that the messages which explain these causes are not shown.
    pub(super) fn forget_explained(&self, causes: Vec<Cause>) {
        let mut explained = lock(&self.0.explained);
        for cause in causes {
            explained.remove(&cause);
        }
    }

    /// Notes that the destroy of the object with this id is planned.
    pub(super) fn note_destroyed(&self, id: &str) {
        lock(&self.0.destroyed).insert(id.to_owned());
    }

    /// Whether the destroy of the object with this id is planned. Cores plan a dependent object
    /// before the one that it depends on.
    pub fn is_destroyed(&self, id: &str) -> bool {
        lock(&self.0.destroyed).contains(id)
    }

    /// Notes that an object of the state is read.
    pub(super) fn note_read(&self) {
        self.0.has_read.store(true, Ordering::Relaxed);
    }

    /// Whether an object of the state was read in this run.
    pub(super) fn has_read(&self) -> bool {
        self.0.has_read.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn no_key() -> Diagnostic {
    Diagnostic::new("No API key", "HostUp's API needs a key, and none was given")
        .hint(
            Section::Key,
            "set `api_key` or `api_key_file` in the provider's configuration, or the environment \
         variable HOSTUP_API_KEY or HOSTUP_API_KEY_FILE; the key needs the scopes \
         `read:network`, `read:vm` and `write:network`",
        )
        .with_cause(Cause::NoKey)
}

fn not_known_yet(attribute: &str) -> Diagnostic {
    Diagnostic::without_summary(format!(
        "the provider's `{attribute}` is not known yet: it comes from an object of the same run, \
         and the API is needed now"
    ))
    .hint(
        Section::Key,
        format!("apply what `{attribute}` comes from first, with `-target`, then apply the rest"),
    )
    .with_cause(Cause::NotKnownYet)
}
