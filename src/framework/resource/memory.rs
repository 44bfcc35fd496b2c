//! What the adapter remembers of the objects of one run.

use std::collections::{BTreeMap, BTreeSet};

use hostup_client::Client;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::private_state::PrivateState;
use crate::framework::run_memory::RunMemory;

/// The objects of one resource type.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The objects of the state that HostUp may still create, by id. The plan that replaces one
    /// gets no private state from the core, and the delete gets what the plan returned.
    unfinished: RunMemory<BTreeMap<String, PrivateState>>,
    /// The ids of the objects that were read.
    read: RunMemory<BTreeSet<String>>,
}

impl Memory {
    /// Notes that HostUp may still create the object with this id, if the private state says so.
    pub(super) fn note_unfinished(&self, client: &Client, id: &str, private: &PrivateState) {
        if private.has_unfinished() {
            self.unfinished
                .with(client, |all| all.insert(id.to_owned(), private.clone()));
        }
    }

    /// Returns the private state of the object with this id, if HostUp may still create it.
    pub(super) fn unfinished(&self, client: &Client, id: &str) -> Option<PrivateState> {
        self.unfinished.with(client, |all| all.get(id).cloned())
    }

    /// Notes that the object with this id was read. A core reads each object of the state, and each
    /// that it imports, once in a run.
    ///
    /// # Errors
    /// When another resource has the same object: the destroy of one would destroy it for both.
    pub(super) fn note_read(
        &self,
        client: &Client,
        id: &str,
        name: &str,
    ) -> Result<(), Diagnostic> {
        if self.read.with(client, |read| read.insert(id.to_owned())) {
            return Ok(());
        }
        Err(Diagnostic::new(
            "Two resources have one object",
            format!(
                "two resources of this configuration or its state have `{name}`. If one of them is \
                 destroyed, the object is gone for both."
            ),
        )
        .hint(
            Section::Lookups,
            "keep one of them: remove the `import` block of the other, or take it out of the state \
             with `state rm`; to rename a resource, use a `moved` block",
        ))
    }
}
