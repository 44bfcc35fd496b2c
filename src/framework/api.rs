//! The one handle on HostUp's API that every resource holds.
//!
//! The resources exist before the provider is configured, and a provider can be configured with
//! values that are not known yet. The handle says which of these it is when somebody needs the API.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use hostup_client::Client;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;

/// Shared by all resources, set by `configure`. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Api(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    access: RwLock<Access>,
    /// The user knows that the plan's checks could not be made.
    said_unchecked: AtomicBool,
}

/// What is known about access to the API.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// `configure` has not been called.
    #[default]
    NotConfigured,
    /// This attribute of the provider becomes known only during apply.
    NotKnownYet(&'static str),
    /// Ready.
    Ready(Client),
}

impl Api {
    /// Replaces what is known. In debug mode one process serves many runs, each with its own
    /// configuration.
    pub fn set(&self, access: Access) {
        *self
            .0
            .access
            .write()
            .unwrap_or_else(PoisonError::into_inner) = access;
        self.0.said_unchecked.store(false, Ordering::Relaxed);
    }

    /// Says once in a run that a plan's checks could not be made, and why.
    pub fn unchecked(&self, error: hostup_client::Error, diagnostics: &mut Diagnostics) {
        let Ok(client) = self.client() else { return };
        if self.0.said_unchecked.swap(true, Ordering::Relaxed) {
            return;
        }
        let why = Diagnostic::from(error)
            .titled(|| "The plan was not checked against the account".to_owned());
        diagnostics.warning(why.continued(format!(
            "HostUp's API at `{}` could not be asked. What it would refuse shows when the plan is applied.",
            client.config().endpoint
        )));
    }

    /// The client, or why there is none.
    ///
    /// # Errors
    /// When the provider was not configured, or a value of its configuration is not known yet.
    pub fn client(&self) -> Result<Client, Diagnostic> {
        match &*self.0.access.read().unwrap_or_else(PoisonError::into_inner) {
            Access::Ready(client) => Ok(client.clone()),
            Access::NotKnownYet(attribute) => Err(Diagnostic::because(format!(
                "the provider's `{attribute}` is not known yet: it is made in the same run, and this needs the API now"
            ))
            .hint(Section::Key, format!(
                "apply what `{attribute}` comes from first, with `-target`, then apply the rest"
            ))),
            Access::NotConfigured => Err(Diagnostic::because("the provider has not been configured").see(Section::Key)),
        }
    }
}
