//! `ApplyResourceChange`: the response always contains the object that exists.
//!
//! * create: the core saves the returned state, as tainted if there are errors. Without a state,
//!   nothing exists.
//! * update: the returned state is what exists now, with or without errors. Without one, the
//!   response has the prior state.
//! * destroy: the object is destroyed only if the resource returns `Some(())` without an error.
//!   Otherwise the response has the prior state.
//!
//! The identity follows from the state in the response. For a new object it is never taken from the
//! request, which may have the identity of the object that is replaced.

use prost::bytes::Bytes;
use tf_provider::Diagnostics;

use super::super::diagnostics::{error, require_error, to_protocol};
use super::super::protocol::DynamicValue;
use super::super::protocol::apply::{Request, Response};
use super::super::value::decode::{bytes, dynamic, is_null, null};
use super::super::value::msgpack::Tree;
use super::{Adapter, ManagedResource};

impl<R: ManagedResource> Adapter<R> {
    pub(super) async fn apply_change(&self, request: Request) -> Response {
        let mut diags = Diagnostics::default();
        let prior = bytes(request.prior_state.as_ref());
        let planned = bytes(request.planned_state.as_ref());
        let response = match (is_null(&prior), is_null(&planned)) {
            (true, true) => {
                diags.errors.push(error(
                    format!("`{}`: nothing to apply", self.name),
                    "Neither a prior nor a planned state came with the request.",
                ));
                None
            }
            (true, false) => {
                let created = self.create(&mut diags, &request, &planned).await;
                if created.is_none() {
                    require_error(&mut diags, "create", &self.name);
                }
                Some(created.unwrap_or_else(|| Response {
                    new_state: Some(null()),
                    ..Response::default()
                }))
            }
            (false, true) => {
                let destroyed = self.destroy(&mut diags, &request, &prior).await;
                if destroyed.is_none() {
                    require_error(&mut diags, "destroy", &self.name);
                }
                diags.errors.is_empty().then(|| Response {
                    new_state: Some(null()),
                    ..Response::default()
                })
            }
            (false, false) => {
                let updated = self.update(&mut diags, &request, &prior, &planned).await;
                if updated.is_none() {
                    require_error(&mut diags, "update", &self.name);
                }
                updated
            }
        };
        let response = response.unwrap_or_else(|| self.unchanged_response(request));
        Response {
            diagnostics: to_protocol(diags),
            ..response
        }
    }

    /// Returns the response that leaves the prior state as it is.
    pub(super) fn unchanged_response(&self, request: Request) -> Response {
        let prior = bytes(request.prior_state.as_ref());
        Response {
            new_identity: self.unchanged_identity(&prior, request.planned_identity.as_ref()),
            new_state: request.prior_state,
            private: request.planned_private,
            ..Response::default()
        }
    }

    async fn create(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        planned: &[u8],
    ) -> Option<Response> {
        let config = bytes(request.config.as_ref());
        let meta = bytes(request.provider_meta.as_ref());
        let (planned, config, private, meta) = (
            self.state(diags, planned),
            self.state(diags, &config),
            self.private(diags, &request.planned_private),
            self.meta(diags, &meta),
        );
        let (state, private) = self
            .resource
            .create(diags, planned?, config?, private?, meta?)
            .await?;
        self.warn_if_disconnected("create", &state);
        let created = self.applied(diags, request, &state, &private, "create")?;
        Some(Response {
            new_identity: self.identity_data(diags, &state, None),
            ..created
        })
    }

    async fn update(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        prior: &[u8],
        planned: &[u8],
    ) -> Option<Response> {
        let config = bytes(request.config.as_ref());
        let meta = bytes(request.provider_meta.as_ref());
        let (prior, planned, config, private, meta) = (
            self.state(diags, prior),
            self.state(diags, planned),
            self.state(diags, &config),
            self.private(diags, &request.planned_private),
            self.meta(diags, &meta),
        );
        let (state, private) = self
            .resource
            .update(diags, prior?, planned?, config?, private?, meta?)
            .await?;
        self.warn_if_disconnected("update", &state);
        let updated = self.applied(diags, request, &state, &private, "update")?;
        let planned = request.planned_identity.as_ref();
        Some(Response {
            new_identity: self.identity_data(diags, &state, planned),
            ..updated
        })
    }

    /// Returns the response with the state that exists now, without its identity. If the state
    /// cannot be encoded, it contains the known part of the plan, and `diags` gets an error.
    fn applied(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        state: &R::State<'_>,
        private: &R::PrivateState<'_>,
        operation: &str,
    ) -> Option<Response> {
        let new_state = self
            .encode_known(diags, state, operation)
            .or_else(|| known_part(request.planned_state.as_ref()))?;
        Some(Response {
            new_state: Some(dynamic(new_state)),
            private: self.encode_private(diags, private).unwrap_or_default(),
            ..Response::default()
        })
    }

    async fn destroy(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        prior: &[u8],
    ) -> Option<()> {
        let meta = bytes(request.provider_meta.as_ref());
        let (prior, private, meta) = (
            self.state(diags, prior),
            self.private(diags, &request.planned_private),
            self.meta(diags, &meta),
        );
        self.resource.destroy(diags, prior?, private?, meta?).await
    }
}

/// Returns the planned state with null for unknown values.
fn known_part(planned: Option<&DynamicValue>) -> Option<Bytes> {
    let mut tree = Tree::parse(&bytes(planned)).ok()?;
    tree.null_unknowns();
    rmp_serde::to_vec_named(&tree).ok().map(Bytes::from)
}
