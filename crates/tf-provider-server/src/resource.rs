//! Managed resources: what protocol 6.11 has beyond tf-provider's trait, and the adapter that
//! serves a resource.
//!
//! tf-provider's methods return an `Option`, and a core takes the response to `None` for "gone",
//! "destroyed" or success. The adapter prevents that, in the file of each call: `read` needs a
//! confirmation, `destroy` needs `Some(())`, and a `None` without an error becomes an error.

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
use super::diagnostics::{error, require_error, to_protocol};
use super::identity::{Identity, IdentitySchema};
use super::protocol::{self, ResourceIdentityData, validate_resource_config};
use super::value::decode::{bytes, decode, decode_config, is_null};
use super::value::msgpack::Tree;

/// A managed resource, with what the protocol has beyond tf-provider's trait.
#[async_trait]
pub trait ManagedResource: Resource + 'static {
    /// Returns the schema of the resource's identity; `None` if it has no identity.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// Returns the identity of the object with this state; `None` while part of it is unknown.
    fn identity(&self, state: &Self::State<'_>) -> Option<Identity> {
        _ = state;
        None
    }

    /// Returns the dotted paths of computed attributes that are never null once they are known,
    /// such as `id` or `place.label`. A path through a list, set or map applies to each of its
    /// elements. The default is `id`. For a model that derives
    /// `Schema`, return what its [`never_null`](super::model::Schema::never_null) returns.
    ///
    /// A plan marks them as "not null", so that a configuration can compare `x.id == null` before
    /// the object exists. The core refuses an apply that leaves one of them null.
    fn never_null(&self) -> Vec<String> {
        vec!["id".to_owned()]
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

    /// Adds diagnostics to the plan that recreates an object which the last read found gone. `last`
    /// is the state before that read.
    ///
    /// This cannot change the plan. The core plans again during the apply and demands the same
    /// plan, but may no longer know the object. See [`plan_recreate`](Self::plan_recreate).
    async fn check_recreate<'a>(
        &self,
        diags: &mut Diagnostics,
        last: Self::State<'a>,
        config: Self::State<'a>,
    ) {
        _ = (diags, last, config);
    }

    /// Changes the plan that recreates an object which the last read found gone, for example to
    /// keep values of attributes that are not configured. `planned` is what
    /// [`plan_create`](Resource::plan_create) returned, `last` the state before that read.
    ///
    /// Called in the first plan and in the plan during the apply, but only with cores that store
    /// planned private state ([`call::stores_planned_private`]).
    async fn plan_recreate<'a>(
        &self,
        last: Self::State<'a>,
        planned: Self::State<'a>,
    ) -> Self::State<'a> {
        _ = last;
        planned
    }

    /// Upgrades the state of an older schema version to the current version.
    ///
    /// Afterwards attributes that are not in the schema are dropped, and missing ones become null.
    /// `None` without an error is reported as an error.
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

    /// Upgrades the identity of an older [version](IdentitySchema::version) to the current version.
    ///
    /// Afterwards attributes that are not in the schema are dropped, and missing ones become null.
    /// `None` without an error is reported as an error.
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

/// A resource with its types erased.
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
    /// Returns the response to an apply in which provider code panicked: it keeps the prior state.
    fn unchanged(&self, request: protocol::apply::Request) -> protocol::apply::Response;
    async fn import(&self, request: protocol::import::Request) -> protocol::import::Response;
}

/// The description of a resource.
#[derive(Clone, Default)]
pub(super) struct Description {
    pub(super) schema: Option<Schema>,
    pub(super) identity: Option<IdentitySchema>,
    pub(super) never_null: Vec<String>,
    pub(super) diagnostics: Diagnostics,
}

/// A resource with its name and its cached description.
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
                require_error(&mut diagnostics, "schema", &self.name);
            }
            Description {
                schema,
                identity: self.resource.identity_schema(),
                never_null: self.resource.never_null(),
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

    /// Decodes the `provider_meta` of the module, which is null unless the module sets it.
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

    /// Returns the identity of a state for the core, or `fallback` if it is not known.
    ///
    /// `fallback` is the identity of the same object. A new object has none: in a replacement, the
    /// core sends the identity of the object that is replaced.
    fn identity_data(
        &self,
        diags: &mut Diagnostics,
        state: &R::State<'_>,
        fallback: Option<&ResourceIdentityData>,
    ) -> Option<ResourceIdentityData> {
        let schema = self.description().identity.as_ref()?;
        match self.resource.identity(state) {
            Some(identity) => schema.encode(diags, &identity, &self.name),
            None => fallback.cloned(),
        }
    }

    /// Logs a change whose response cannot be delivered, with what identifies the object.
    fn warn_if_disconnected(&self, operation: &str, state: &R::State<'_>) {
        if !call::is_disconnected() {
            return;
        }
        let object = self.object_name(state).unwrap_or_default();
        tracing::warn!(
            object,
            "The connection broke during {operation} of `{}`. The operation finished, but its \
             result is not in the state.",
            self.name
        );
    }

    /// Returns the identity of the object with this state, or its id, for the log.
    fn object_name(&self, state: &R::State<'_>) -> Option<String> {
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

    /// Returns the identity of the object that an apply leaves unchanged.
    ///
    /// It follows from the prior state. The planned identity may be missing: the core sends none
    /// with the destroy of a replacement, and would store that.
    fn unchanged_identity(
        &self,
        prior: &[u8],
        planned: Option<&ResourceIdentityData>,
    ) -> Option<ResourceIdentityData> {
        // Errors of the state have been reported already.
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
        call::set_core_capabilities(request.client_capabilities.as_ref(), &Bytes::new());
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        if let Some(config) = decode_config(&mut diags, &config, self.block(), &self.name)
            && self.resource.validate(&mut diags, config).await.is_none()
        {
            require_error(&mut diags, "validation", &self.name);
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
        call::set_core_capabilities(request.client_capabilities.as_ref(), &Bytes::new());
        self.refresh(request).await
    }

    async fn plan(&self, request: protocol::plan::Request) -> protocol::plan::Response {
        call::set_core_capabilities(
            request.client_capabilities.as_ref(),
            &request.planned_private,
        );
        self.plan_change(request).await
    }

    async fn apply(&self, request: protocol::apply::Request) -> protocol::apply::Response {
        self.apply_change(request).await
    }

    fn unchanged(&self, request: protocol::apply::Request) -> protocol::apply::Response {
        self.unchanged_response(request)
    }

    async fn import(&self, request: protocol::import::Request) -> protocol::import::Response {
        self.import_object(request).await
    }
}
