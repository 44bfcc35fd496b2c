//! `ImportResourceState`: by id, or by identity.

use tf_provider::Diagnostics;

use super::super::diagnostics::{error, require_error, to_protocol};
use super::super::protocol::import::{ImportedResource, Request, Response};
use super::super::value::decode::dynamic;
use super::{Adapter, ManagedResource};

impl<R: ManagedResource> Adapter<R> {
    pub(super) async fn import_object(&self, request: Request) -> Response {
        let mut diags = Diagnostics::default();
        let imported = self.import_into(&mut diags, request).await;
        if imported.is_none() {
            require_error(&mut diags, "import", &self.name);
        }
        Response {
            imported_resources: imported
                .filter(|_| diags.errors.is_empty())
                .into_iter()
                .collect(),
            diagnostics: to_protocol(diags),
            deferred: None,
        }
    }

    async fn import_into(
        &self,
        diags: &mut Diagnostics,
        request: Request,
    ) -> Option<ImportedResource> {
        let identity = match &self.description().identity {
            Some(schema) => match schema.decode(request.identity.as_ref(), &self.name) {
                Ok(identity) => identity,
                Err(why) => {
                    diags.errors.push(why);
                    return None;
                }
            },
            None => None,
        };
        let (state, private) = match identity {
            Some(identity) => self.resource.import_by_identity(diags, identity).await?,
            None if request.id.is_empty() => {
                diags.errors.push(error(
                    format!("`{}`: nothing to import", self.name),
                    "The id is empty, and there is no identity.",
                ));
                return None;
            }
            None => self.resource.import(diags, request.id).await?,
        };
        let identity = self.identity_data(diags, &state, request.identity.as_ref());
        let state = self.encode_known(diags, &state, "import")?;
        Some(ImportedResource {
            type_name: self.name.clone(),
            state: Some(dynamic(state)),
            private: self.encode_private(diags, &private)?,
            identity,
        })
    }
}
