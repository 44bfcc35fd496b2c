//! The one handle on HostUp's API that every resource holds.
//!
//! The resources exist before the provider is configured, and a provider can be configured with values
//! that are not known yet. The handle says which of these it is when somebody needs the API.

use std::sync::{Arc, PoisonError, RwLock};

use crate::client::Client;

use super::diagnostics::Problem;
use super::guide::Section;

/// Shared by all resources, set by `configure`. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Api(Arc<RwLock<Access>>);

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
    /// Replaces what is known. In debug mode one process serves many runs, each with its own configuration.
    pub fn set(&self, access: Access) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = access;
    }

    /// The client, or why there is none.
    ///
    /// # Errors
    /// When the provider was not configured, or a value of its configuration is not known yet.
    pub fn client(&self) -> Result<Client, Problem> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Access::Ready(client) => Ok(client.clone()),
            Access::NotKnownYet(attribute) => Err(Problem::because(format!(
                "the provider's `{attribute}` is not known yet: it is made in the same run, and this needs the API now"
            ))
            .hint(Section::Key, format!(
                "apply what `{attribute}` comes from first, with `-target`, then apply the rest"
            ))),
            Access::NotConfigured => Err(Problem::because("the provider has not been configured").see(Section::Key)),
        }
    }
}
