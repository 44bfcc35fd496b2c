//! `PlanResourceChange`: plans a create, update or destroy, depending on which state is null.

use prost::bytes::Bytes;
use tf_provider::Diagnostics;

use super::super::call;
use super::super::diagnostics::{error, path_to_protocol, require_error, to_protocol};
use super::super::protocol::ResourceIdentityData;
use super::super::protocol::plan::{Request, Response};
use super::super::value::decode::{bytes, dynamic, is_null, null};
use super::super::value::refine::refine;
use super::{Adapter, ManagedResource, gone};

impl<R: ManagedResource> Adapter<R> {
    pub(super) async fn plan_change(&self, request: Request) -> Response {
        let mut diags = Diagnostics::default();
        let prior = bytes(request.prior_state.as_ref());
        let proposed = bytes(request.proposed_new_state.as_ref());
        let (planned, operation) = match (is_null(&prior), is_null(&proposed)) {
            (true, true) => {
                diags.errors.push(error(
                    format!("`{}`: nothing to plan", self.name),
                    "Neither a prior nor a proposed state came with the request.",
                ));
                (None, "plan")
            }
            (true, false) => (
                self.plan_create(&mut diags, &request, &proposed).await,
                "plan of a creation",
            ),
            (false, true) => (
                self.plan_destroy(&mut diags, &request, &prior).await,
                "plan of a destruction",
            ),
            (false, false) => (
                self.plan_update(&mut diags, &request, &prior, &proposed)
                    .await,
                "plan of an update",
            ),
        };
        if planned.is_none() {
            require_error(&mut diags, operation, &self.name);
        }
        match planned {
            Some(response) if diags.errors.is_empty() => Response {
                diagnostics: to_protocol(diags),
                ..response
            },
            _ => Response {
                planned_state: request.prior_state,
                planned_private: request.prior_private,
                planned_identity: request.prior_identity,
                diagnostics: to_protocol(diags),
                ..Response::default()
            },
        }
    }

    async fn plan_create(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        proposed: &[u8],
    ) -> Option<Response> {
        let config = bytes(request.config.as_ref());
        let meta = bytes(request.provider_meta.as_ref());
        let (proposed, config, meta) = (
            self.state(diags, proposed),
            self.state(diags, &config),
            self.meta(diags, &meta),
        );
        let (mut state, private) = self
            .resource
            .plan_create(diags, proposed?, config?, meta?)
            .await?;
        let found_gone = gone::carried(&request.prior_private);
        if let Some(last) = found_gone {
            let config = bytes(request.config.as_ref());
            let (last, config) = (self.state(diags, last), self.state(diags, &config));
            self.resource.check_recreate(diags, last?, config?).await;
        }
        let gone = match gone::unpack(&request.planned_private) {
            (Some(last), _) => Some(last),
            _ => found_gone.filter(|_| call::stores_planned_private()),
        };
        if let Some(last) = gone {
            let last = self.state(diags, last)?;
            state = self.resource.plan_recreate(last, state).await;
        }
        // In a replacement, the prior identity is that of the object that is replaced.
        let mut planned = self.planned(diags, request, None, &state, &private)?;
        if let Some(last) = gone {
            planned.planned_private = gone::pack(last, &planned.planned_private);
        }
        Some(planned)
    }

    async fn plan_update(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        prior: &[u8],
        proposed: &[u8],
    ) -> Option<Response> {
        let config = bytes(request.config.as_ref());
        let meta = bytes(request.provider_meta.as_ref());
        self.check_identity(diags, request.prior_identity.as_ref());
        let (prior, proposed, config, private, meta) = (
            self.state(diags, prior),
            self.state(diags, proposed),
            self.state(diags, &config),
            self.private(diags, &request.prior_private),
            self.meta(diags, &meta),
        );
        let (state, private, triggers) = self
            .resource
            .plan_update(diags, prior?, proposed?, config?, private?, meta?)
            .await?;
        let identity = request.prior_identity.as_ref();
        let planned = self.planned(diags, request, identity, &state, &private)?;
        Some(Response {
            requires_replace: triggers.into_iter().map(path_to_protocol).collect(),
            ..planned
        })
    }

    fn planned(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        prior_identity: Option<&ResourceIdentityData>,
        state: &R::State<'_>,
        private: &R::PrivateState<'_>,
    ) -> Option<Response> {
        let planned_identity = self.identity_data(diags, state, prior_identity);
        let planned_state = refine(
            self.encode(diags, state)?,
            &bytes(request.config.as_ref()),
            self.block(),
            &self.description().never_null,
        );
        Some(Response {
            planned_state: Some(dynamic(planned_state)),
            planned_private: self.encode_private(diags, private)?,
            planned_identity,
            ..Response::default()
        })
    }

    async fn plan_destroy(
        &self,
        diags: &mut Diagnostics,
        request: &Request,
        prior: &[u8],
    ) -> Option<Response> {
        let meta = bytes(request.provider_meta.as_ref());
        let (prior, private, meta) = (
            self.state(diags, prior),
            self.private(diags, &request.prior_private),
            self.meta(diags, &meta),
        );
        let private = self
            .resource
            .plan_destroy(diags, prior?, private?, meta?)
            .await?;
        let planned_private: Bytes = self.encode_private(diags, &private)?;
        Some(Response {
            planned_state: Some(null()),
            planned_private,
            planned_identity: request.prior_identity.clone(),
            ..Response::default()
        })
    }
}
