//! Managed resources: what protocol 6.11 has beyond tf-provider's trait, and the adapter that
//! serves any resource written on it.
//!
//! tf-provider's methods return `Option`s whose `None` the core would take for "gone", "destroyed"
//! or "nothing to say". The adapter closes these traps, each in the file of its call: `read` needs
//! a confirmation, `destroy` needs `Some(())`, and a `None` without an error becomes an error.

mod apply;
pub(super) mod gone;
mod import;
mod plan;
mod read;
mod upgrade;

use std::sync::OnceLock;

use async_trait::async_trait;
use prost::bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tf_provider::schema::{Block, Schema};
use tf_provider::{Diagnostics, Resource};

use super::call;
use super::diagnostics::{demand_reason, error, to_protocol};
use super::identity::{Identity, IdentitySchema};
use super::protocol::{self, ResourceIdentityData, validate_resource_config};
use super::value::decode::{bytes, decode, decode_config, is_null};
use super::value::wire::Tree;

/// A managed resource: tf-provider's trait, and what the protocol has beyond it.
#[async_trait]
pub trait ManagedResource: Resource + 'static {
    /// What its identity consists of; `None` if it has none.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of the object with this state; `None` while a part of it is unknown.
    fn identity(&self, state: &Self::State<'_>) -> Option<Identity> {
        _ = state;
        None
    }

    /// The dotted paths of computed attributes that are never null once they are known, such as
    /// `id` or `place.label`; in lists of blocks or objects they are meant in each.
    ///
    /// A plan sends them as "not null", so that a configuration may ask `x.id == null` of an object
    /// that is yet to be created. The core refuses an apply that leaves one of them null.
    fn never_null(&self) -> &[&str] {
        &["id"]
    }

    /// Imports the object with this identity.
    ///
    /// `None` without an error is reported as an error.
    async fn import_by_identity<'a>(
        &self,
        diags: &mut Diagnostics,
        identity: Identity,
    ) -> Option<(Self::State<'a>, Self::PrivateState<'a>)> {
        _ = identity;
        diags.errors.push(error(
            "Import by identity is not supported",
            "Import this object by its id.",
        ));
        None
    }

    /// Says what should be known before an object that the last read found gone is planned anew.
    /// `last` is what the state had.
    ///
    /// It can't change the plan: when the core plans once more, while applying, it may have
    /// forgotten the object and demands the same plan. See
    /// [`plan_successor`](Self::plan_successor).
    async fn vanished<'a>(
        &self,
        diags: &mut Diagnostics,
        last: Self::State<'a>,
        config: Self::State<'a>,
    ) {
        _ = (diags, last, config);
    }

    /// Changes the plan of an object whose predecessor the last read found gone: `planned` is what
    /// [`plan_create`](Resource::plan_create) returned, `last` what the state had.
    ///
    /// Called by the first plan and again by the one while applying, but only with cores that hand
    /// on what the first one knew ([`call::stores_planned_private`]). Values may be taken over
    /// into attributes that are not configured.
    async fn plan_successor<'a>(
        &self,
        last: Self::State<'a>,
        planned: Self::State<'a>,
    ) -> Self::State<'a> {
        _ = last;
        planned
    }

    /// Turns the state of an older schema version into one of the present version.
    ///
    /// Called for older versions only. What the schema does not have is dropped afterwards, what is
    /// missing becomes null. `None` without an error is reported as an error.
    async fn upgrade_state(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        state: Map<String, Json>,
    ) -> Option<Map<String, Json>> {
        _ = state;
        diags.errors.push(error(
            format!("State of schema version {version} cannot be upgraded"),
            "This version of the provider does not know how. Apply once with an earlier version of \
             it, or remove the object from the state and import it again.",
        ));
        None
    }

    /// Turns the identity of an older [version](IdentitySchema::version) into one of the present
    /// version.
    ///
    /// Called for older versions only. What the schema does not have is dropped afterwards, what is
    /// missing becomes null. `None` without an error is reported as an error.
    async fn upgrade_identity(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        identity: Map<String, Json>,
    ) -> Option<Map<String, Json>> {
        _ = identity;
        diags.errors.push(error(
            format!("An identity of version {version} cannot be upgraded"),
            "This version of the provider does not know how. Apply once with an earlier version of \
             it, or remove the object from the state and import it again.",
        ));
        None
    }
}

/// A resource without its types: messages in, messages out.
#[async_trait]
pub(super) trait ErasedResource: Send + Sync {
    fn describe(&self) -> Description;
    async fn validate(
        &self,
        request: validate_resource_config::Request,
    ) -> validate_resource_config::Response;
    async fn upgrade_state(
        &self,
        request: protocol::upgrade_resource_state::Request,
    ) -> protocol::upgrade_resource_state::Response;
    async fn upgrade_identity(
        &self,
        request: protocol::upgrade_resource_identity::Request,
    ) -> protocol::upgrade_resource_identity::Response;
    async fn read(&self, request: protocol::read::Request) -> protocol::read::Response;
    async fn plan(&self, request: protocol::plan::Request) -> protocol::plan::Response;
    async fn apply(&self, request: protocol::apply::Request) -> protocol::apply::Response;
    /// Answers an apply during which provider code panicked: the object is kept as it was.
    fn keep(&self, request: protocol::apply::Request) -> protocol::apply::Response;
    async fn import(&self, request: protocol::import::Request) -> protocol::import::Response;
}

/// What a resource says about itself.
#[derive(Clone, Default)]
pub(super) struct Description {
    pub(super) schema: Option<Schema>,
    pub(super) identity: Option<IdentitySchema>,
    pub(super) diagnostics: Diagnostics,
}

/// A resource, its name and its description, asked for once.
pub(super) struct Adapter<R> {
    resource: R,
    name: String,
    meta_name: String,
    description: OnceLock<Description>,
}

impl<R: ManagedResource> Adapter<R> {
    pub(super) fn new(name: &str, resource: R) -> Self {
        Self {
            resource,
            name: name.to_owned(),
            meta_name: format!("{name} (provider_meta)"),
            description: OnceLock::new(),
        }
    }

    fn description(&self) -> &Description {
        self.description.get_or_init(|| {
            let mut diagnostics = Diagnostics::default();
            let schema = self.resource.schema(&mut diagnostics);
            if schema.is_none() {
                demand_reason(&mut diagnostics, "schema", &self.name);
            }
            Description {
                schema,
                identity: self.resource.identity_schema(),
                diagnostics,
            }
        })
    }

    fn block(&self) -> Option<&Block> {
        Some(&self.description().schema.as_ref()?.block)
    }

    fn state<'a>(&self, diags: &mut Diagnostics, bytes: &'a [u8]) -> Option<R::State<'a>> {
        decode(diags, bytes, self.block(), &self.name)
    }

    /// The metadata of the provider, which is null unless a module sets it.
    fn meta<'a>(
        &self,
        diags: &mut Diagnostics,
        bytes: &'a [u8],
    ) -> Option<R::ProviderMetaState<'a>> {
        decode(diags, bytes, None, &self.meta_name)
    }

    fn private<'a>(&self, diags: &mut Diagnostics, bytes: &'a [u8]) -> Option<R::PrivateState<'a>> {
        let (_, bytes) = gone::unpack(bytes);
        super::value::decode::decode_private(diags, bytes, &self.name)
    }

    fn encode<T: Serialize>(&self, diags: &mut Diagnostics, value: &T) -> Option<Bytes> {
        super::value::decode::encode(diags, value, &self.name)
    }

    fn encode_private(
        &self,
        diags: &mut Diagnostics,
        private: &R::PrivateState<'_>,
    ) -> Option<Bytes> {
        super::value::decode::encode_private(diags, private, &self.name)
    }

    fn encode_known<T: Serialize>(
        &self,
        diags: &mut Diagnostics,
        value: &T,
        operation: &str,
    ) -> Option<Bytes> {
        super::value::decode::encode_known(diags, value, &self.name, operation)
    }

    /// Returns the identity of a state for the core; `otherwise` while it is not known.
    ///
    /// `otherwise` is the identity of the same object. For a new one there is none: in a
    /// replacement the core hands over the identity of the object that is replaced.
    fn identity_data(
        &self,
        diags: &mut Diagnostics,
        state: &R::State<'_>,
        otherwise: Option<&ResourceIdentityData>,
    ) -> Option<ResourceIdentityData> {
        let schema = self.description().identity.as_ref()?;
        match self.resource.identity(state) {
            Some(identity) => schema.encode(diags, &identity, &self.name),
            None => otherwise.cloned(),
        }
    }

    /// Logs a change whose response cannot be delivered, with what identifies the object.
    fn warn_if_disconnected(&self, operation: &str, state: &R::State<'_>) {
        if !call::is_disconnected() {
            return;
        }
        let object = self.known_by(state).unwrap_or_default();
        tracing::warn!(
            object,
            "The connection broke during {operation} of `{}`. The operation finished, but its result \
             is not in the state.",
            self.name
        );
    }

    /// Returns what identifies the object with this state: its identity, or its id.
    fn known_by(&self, state: &R::State<'_>) -> Option<String> {
        if let Some(identity) = self.resource.identity(state) {
            return serde_json::to_string(&identity).ok();
        }
        if self.block()?.attributes.get("id")?.sensitive {
            return None;
        }
        let bytes = rmp_serde::to_vec_named(state).ok()?;
        let Tree::Map(attributes) = Tree::parse(&bytes).ok()? else {
            return None;
        };
        let id = attributes.into_iter().find(|(name, _)| name == "id")?.1;
        match id {
            Tree::Text(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the identity of the object that an apply leaves as it was.
    ///
    /// The prior state says it. The planned identity does not: a destroy within a replacement comes
    /// without one, and the core would store that.
    fn kept_identity(
        &self,
        prior: &[u8],
        planned: Option<&ResourceIdentityData>,
    ) -> Option<ResourceIdentityData> {
        // What is wrong with the state has been reported.
        let mut ignored = Diagnostics::default();
        let state = (!is_null(prior)).then(|| self.state(&mut ignored, prior));
        let identity = state
            .flatten()
            .and_then(|state| self.identity_data(&mut ignored, &state, None));
        identity.or_else(|| planned.cloned())
    }

    fn check_identity(&self, diags: &mut Diagnostics, data: Option<&ResourceIdentityData>) {
        if let Some(schema) = &self.description().identity
            && let Err(why) = schema.decode(data, &self.name)
        {
            diags.errors.push(why);
        }
    }
}

#[async_trait]
impl<R: ManagedResource> ErasedResource for Adapter<R> {
    fn describe(&self) -> Description {
        self.description().clone()
    }

    async fn validate(
        &self,
        request: validate_resource_config::Request,
    ) -> validate_resource_config::Response {
        call::learn(request.client_capabilities.as_ref(), &Bytes::new());
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        if let Some(config) = decode_config(&mut diags, &config, self.block(), &self.name)
            && self.resource.validate(&mut diags, config).await.is_none()
        {
            demand_reason(&mut diags, "validation", &self.name);
        }
        validate_resource_config::Response {
            diagnostics: to_protocol(diags),
        }
    }

    async fn upgrade_state(
        &self,
        request: protocol::upgrade_resource_state::Request,
    ) -> protocol::upgrade_resource_state::Response {
        self.upgrade_stored_state(request).await
    }

    async fn upgrade_identity(
        &self,
        request: protocol::upgrade_resource_identity::Request,
    ) -> protocol::upgrade_resource_identity::Response {
        self.upgrade_stored_identity(request).await
    }

    async fn read(&self, request: protocol::read::Request) -> protocol::read::Response {
        call::learn(request.client_capabilities.as_ref(), &Bytes::new());
        self.refresh(request).await
    }

    async fn plan(&self, request: protocol::plan::Request) -> protocol::plan::Response {
        call::learn(
            request.client_capabilities.as_ref(),
            &request.planned_private,
        );
        self.plan_change(request).await
    }

    async fn apply(&self, request: protocol::apply::Request) -> protocol::apply::Response {
        self.apply_change(request).await
    }

    fn keep(&self, request: protocol::apply::Request) -> protocol::apply::Response {
        self.kept(request)
    }

    async fn import(&self, request: protocol::import::Request) -> protocol::import::Response {
        self.import_object(request).await
    }
}
