//! Changes to the stored state, and to the part of it that the provider stores beside the
//! attributes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::World;

impl World {
    /// Removes from the state when its objects were written. The provider looks longer for an
    /// object that it wrote a moment ago before it reports it as gone.
    pub(crate) fn a_minute_later(&self) {
        self.edit_instances(|instance| {
            if let Some(private) = instance.remove("private")
                && let Some(kept) = without_time(private.as_str().unwrap_or_default())
            {
                instance.insert("private".to_owned(), kept.into());
            }
        });
    }

    /// Changes the instances in the state file.
    pub(crate) fn edit_instances(&self, edit: impl Fn(&mut Map<String, Value>)) {
        let path = self.workspace.path().join("terraform.tfstate");
        let text = std::fs::read_to_string(&path).expect("a state file");
        let mut state: Value = serde_json::from_str(&text).expect("a state");
        let resources = state["resources"].as_array_mut().into_iter().flatten();
        for resource in resources {
            let instances = resource["instances"].as_array_mut().into_iter().flatten();
            instances.filter_map(Value::as_object_mut).for_each(&edit);
        }
        std::fs::write(&path, state.to_string()).expect("a state file");
    }
}

/// Removes the time of the last write from an object's private state, and keeps the job that HostUp
/// has not finished. `None` when nothing is left.
fn without_time(private: &str) -> Option<String> {
    let stored = BASE64_STANDARD.decode(private).expect("base64");
    let (_, job): (Option<u64>, Option<String>) = rmp_serde::from_slice(&stored).ok()?;
    let kept = rmp_serde::to_vec(&(None::<u64>, job)).expect("serializes");
    Some(BASE64_STANDARD.encode(kept))
}
