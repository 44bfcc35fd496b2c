//! Upgrades stored states and identities, which the core sends on every run.
//!
//! * Older versions are upgraded by the resource first.
//! * Attributes that are not in the schema are dropped, and missing ones become null.
//! * Newer versions are refused, because only a newer provider can read them.
//! * Values that do not fit the schema are refused with their path.

use serde_json::{Map, Value as Json};
use tf_provider::{AttributePath, Diagnostic, Diagnostics};

use super::super::diagnostics::{error, error_at, require_error, to_protocol};
use super::super::protocol::{
    RawState, ResourceIdentityData, upgrade_resource_identity, upgrade_resource_state,
};
use super::super::value::decode::dynamic;
use super::super::value::exact::{self, Inexact};
use super::super::value::json::{Stored, Typed, attribute_mismatches, mismatches};
use super::{Adapter, ManagedResource};

impl<R: ManagedResource> Adapter<R> {
    pub(super) async fn upgrade_stored_state(
        &self,
        request: upgrade_resource_state::Request,
    ) -> upgrade_resource_state::Response {
        let mut diags = Diagnostics::default();
        let upgraded = self.upgraded(&mut diags, request).await;
        if upgraded.is_none() {
            require_error(&mut diags, "upgrade of the state", &self.name);
        }
        upgrade_resource_state::Response {
            upgraded_state: upgraded.filter(|_| diags.errors.is_empty()).map(dynamic),
            diagnostics: to_protocol(diags),
        }
    }

    async fn upgraded(
        &self,
        diags: &mut Diagnostics,
        request: upgrade_resource_state::Request,
    ) -> Option<prost::bytes::Bytes> {
        let Some(schema) = &self.description().schema else {
            diags.add_diagnostics(self.description().diagnostics.clone());
            return None;
        };
        if request.version > schema.version {
            let newer = too_new(&self.name, "state", request.version, schema.version);
            diags.errors.push(newer);
            return None;
        }
        let mut raw = request.raw_state.unwrap_or_default();
        let is_older = request.version < schema.version;
        // Numbers keep all their digits: the resource gets them as numbers, the encoder as marked
        // text.
        let inexact = is_older.then(|| Inexact::of(&raw.json));
        if !is_older && let Some(marked) = exact::mark(&raw.json) {
            raw.json = marked.into();
        }
        let mut stored = match read_object(&self.name, "state", Some(raw)) {
            Ok(stored) => stored,
            Err(why) => {
                diags.errors.push(why);
                return None;
            }
        };
        if is_older {
            let version = request.version;
            stored = self.resource.upgrade_state(diags, version, stored).await?;
        }
        let mut stored = Json::Object(stored);
        if let Some(inexact) = inexact {
            inexact.mark(&mut stored);
        }
        let encoded = rmp_serde::to_vec_named(&Stored(&schema.block, &stored));
        if encoded.is_err() {
            let mismatches = mismatches(&schema.block, &stored, &self.name);
            let mismatches = mismatches.into_iter().map(|(path, why)| {
                let why = if is_older {
                    format!("{why}, after the upgrade from version {}", request.version)
                } else {
                    why
                };
                unreadable(&self.name, "state", path, &why)
            });
            diags.errors.extend(mismatches);
        }
        encoded.ok().map(Into::into)
    }

    pub(super) async fn upgrade_stored_identity(
        &self,
        request: upgrade_resource_identity::Request,
    ) -> upgrade_resource_identity::Response {
        // The state of a core or a provider without identities, which the core upgrades, too.
        let stored = request.raw_identity.as_ref().map(|stored| &stored.json[..]);
        if matches!(stored, None | Some(b"" | b"null")) {
            return upgrade_resource_identity::Response::default();
        }
        let mut diags = Diagnostics::default();
        let upgraded = self.upgraded_identity(&mut diags, request).await;
        if upgraded.is_none() {
            require_error(&mut diags, "upgrade of the identity", &self.name);
        }
        upgrade_resource_identity::Response {
            upgraded_identity: upgraded,
            diagnostics: to_protocol(diags),
        }
    }

    async fn upgraded_identity(
        &self,
        diags: &mut Diagnostics,
        request: upgrade_resource_identity::Request,
    ) -> Option<ResourceIdentityData> {
        let Some(schema) = &self.description().identity else {
            diags.errors.push(error(
                format!("`{}` has no identity", self.name),
                "The state has an identity for it.",
            ));
            return None;
        };
        if request.version > schema.version {
            let newer = too_new(&self.name, "identity", request.version, schema.version);
            diags.errors.push(newer);
            return None;
        }
        let stored = match read_object(&self.name, "identity", request.raw_identity) {
            Ok(stored) => stored,
            Err(why) => {
                diags.errors.push(why);
                return None;
            }
        };
        let stored = if request.version < schema.version {
            self.resource
                .upgrade_identity(diags, request.version, stored)
                .await?
        } else {
            stored
        };
        let attributes: std::collections::BTreeMap<_, _> = schema
            .attributes
            .iter()
            .map(|attribute| {
                let value = stored.get(&attribute.name).unwrap_or(&Json::Null);
                (&attribute.name, Typed(&attribute.attr_type, value))
            })
            .collect();
        let Ok(encoded) = rmp_serde::to_vec_named(&attributes) else {
            for (attribute, Typed(attr_type, stored)) in attributes {
                let mismatches = attribute_mismatches(attribute, attr_type, stored);
                // Diagnostics cannot point into an identity.
                let mismatches = mismatches.into_iter().map(|(_, why)| {
                    unreadable(&self.name, "identity", AttributePath::default(), &why)
                });
                diags.errors.extend(mismatches);
            }
            return None;
        };
        Some(ResourceIdentityData {
            identity_data: Some(dynamic(encoded)),
        })
    }
}

fn read_object(
    name: &str,
    what: &str,
    stored: Option<RawState>,
) -> Result<Map<String, Json>, Diagnostic> {
    let refuse = |why: String| error(format!("`{name}`: the stored {what} cannot be read"), why);
    let stored = stored.unwrap_or_default();
    if stored.json.is_empty() && !stored.flatmap.is_empty() {
        return Err(refuse(
            "It was written by Terraform 0.11 or earlier.".to_owned(),
        ));
    }
    match serde_json::from_slice(&stored.json) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(_) => Err(refuse("It is not an object.".to_owned())),
        // The error has no content of the state, which may be secret.
        Err(cause) => Err(refuse(format!(
            "It is not JSON: line {}, column {}.",
            cause.line(),
            cause.column()
        ))),
    }
}

/// Returns the error for a stored value that does not fit the schema.
fn unreadable(name: &str, what: &str, path: AttributePath, why: &str) -> Diagnostic {
    error_at(
        path,
        format!("`{name}`: the stored {what} cannot be read"),
        format!(
            "{why}.\n\nhint: restore the state from a backup, or remove the object from the state \
             with `state rm` and import it again"
        ),
    )
}

/// Returns the error for a version that only a newer provider can read.
fn too_new(name: &str, what: &str, stored: i64, known: i64) -> Diagnostic {
    error(
        format!("`{name}`: the stored {what} is newer than this provider"),
        format!(
            "It has schema version {stored}, this version of the provider knows versions up to \
             {known}.\n\nhint: upgrade the provider, with the version that wrote it or a later one"
        ),
    )
}
