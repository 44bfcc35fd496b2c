//! `ReadResource`: an object is gone only if the resource confirms it.

use tf_provider::Diagnostics;

use super::super::call;
use super::super::diagnostics::{error, to_protocol};
use super::super::protocol::read::{Request, Response};
use super::super::value::decode::{bytes, dynamic, null};
use super::{Adapter, ManagedResource, gone};

impl<R: ManagedResource> Adapter<R> {
    pub(super) async fn refresh(&self, request: Request) -> Response {
        let mut diags = Diagnostics::default();
        let found = self.find(&mut diags, &request).await;
        match found {
            Some(response) if diags.errors.is_empty() => Response {
                diagnostics: to_protocol(diags),
                ..response
            },
            _ => Response {
                new_state: request.current_state,
                private: request.private,
                new_identity: request.current_identity,
                diagnostics: to_protocol(diags),
                deferred: None,
            },
        }
    }

    async fn find(&self, diags: &mut Diagnostics, request: &Request) -> Option<Response> {
        let last = bytes(request.current_state.as_ref());
        let meta = bytes(request.provider_meta.as_ref());
        self.check_identity(diags, request.current_identity.as_ref());
        let (state, private, meta) = (
            self.state(diags, &last),
            self.private(diags, &request.private),
            self.meta(diags, &meta),
        );
        let (state, private, meta) = (state?, private?, meta?);
        if !diags.errors.is_empty() {
            return None;
        }
        let Some((state, private)) = self.resource.read(diags, state, private, meta).await else {
            if !diags.errors.is_empty() {
                return None;
            }
            if call::is_confirmed_gone() {
                return Some(Response {
                    new_state: Some(null()),
                    private: gone::carry(&last),
                    ..Response::default()
                });
            }
            diags.errors.push(error(
                format!("`{}`: read ended without a result", self.name),
                "This is a bug in the provider: it returned nothing, reported no error and did not \
                 confirm that the object is gone. The object is kept in the state.",
            ));
            return None;
        };
        let new_identity = self.identity_data(diags, &state, request.current_identity.as_ref());
        let new_state = self.encode_known(diags, &state, "read")?;
        Some(Response {
            new_state: Some(dynamic(new_state)),
            private: self.encode_private(diags, &private)?,
            new_identity,
            ..Response::default()
        })
    }
}
