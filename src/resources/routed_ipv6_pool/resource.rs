//! The life of a pool in Terraform.
//!
//! The quirk to know: HostUp has no "get" for one pool, and answers every write with the account's
//! whole state. A pool is looked up in that state by its id; the state that lists no pools is
//! authoritative, the one that has no list at all is an error of the API (the client sees to that).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hostup_client::{Client, Error, Pool, Snapshot};
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;
use tf_provider_server::{Identity, IdentitySchema};

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource};
use crate::framework::timeouts::{Action, Timeouts};

use super::model::PoolModel;

/// `hostup_routed_ipv6_pool`.
#[derive(Debug, Default)]
pub struct PoolResource {
    /// The pools that the state of a run holds, by id, and the client that tells one run from
    /// another. The plan of a replacement does not see the object that it replaces.
    held: Mutex<Option<(Client, BTreeMap<String, PoolModel>)>>,
}

impl PoolResource {
    /// Works on the pools of this run.
    fn held<T>(
        &self,
        client: &Client,
        work: impl FnOnce(&mut BTreeMap<String, PoolModel>) -> T,
    ) -> T {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|(of, _)| of != client) {
            *held = None;
        }
        work(
            &mut held
                .get_or_insert_with(|| (client.clone(), BTreeMap::new()))
                .1,
        )
    }
}

#[async_trait]
impl Resource for PoolResource {
    const TYPE: &'static str = "hostup_routed_ipv6_pool";
    type Model = PoolModel;

    fn timeout(model: &PoolModel, action: Action) -> Duration {
        Timeouts::of(&model.timeouts, action)
    }

    fn validate(config: &PoolModel, diagnostics: &mut Diagnostics) {
        Timeouts::validate(&config.timeouts, diagnostics);
    }

    async fn plan_create(
        &self,
        context: Option<&Context>,
        _: &PoolModel,
        mut proposed: PoolModel,
        diagnostics: &mut Diagnostics,
    ) -> PoolModel {
        // A pool that is in the state is replaced: it is tainted, or `-replace` asks for it.
        if let Some(context) = context {
            self.held(&context.client, |held| {
                for pool in held.values() {
                    lose(pool, diagnostics);
                }
            });
            warn_if_refused(context, diagnostics).await;
        }
        proposed.set_computed_unknown();
        proposed
    }

    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &PoolModel,
        _: &PoolModel,
        proposed: PoolModel,
        _: &mut Diagnostics,
    ) -> Planned<PoolModel> {
        if let (Some(context), Some(id)) = (context, prior.id.as_ref_option()) {
            self.held(&context.client, |held| {
                held.insert(id.clone(), prior.clone())
            });
        }
        // Nothing of a pool can be changed at HostUp: what changes here is kept by Terraform alone.
        Planned {
            model: proposed,
            replace: Vec::new(),
        }
    }

    async fn plan_destroy(
        &self,
        _: Option<&Context>,
        prior: &PoolModel,
        diagnostics: &mut Diagnostics,
    ) {
        lose(prior, diagnostics);
    }

    async fn create(
        &self,
        context: &Context,
        planned: PoolModel,
        saved: &mut Option<PoolModel>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        match context
            .client
            .routed_ipv6()
            .allocate_pool(&context.operation)
            .await
        {
            Ok(pool) => {
                *saved = Some(planned.updated_from(&pool));
                Ok(())
            }
            // One of the API's two pages says that a 409 has no body, and so no code.
            Err(error)
                if error.is_conflict()
                    && error
                        .code()
                        .is_none_or(|code| code == "routed_ipv6_pool_exists") =>
            {
                Err(exists_already(context, error).await)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn read(
        &self,
        context: &Context,
        state: PoolModel,
        _: &mut Diagnostics,
    ) -> Result<Option<PoolModel>, Diagnostic> {
        let id = identity::known_id(&state.id)?.to_owned();
        let shows = |account: &Snapshot| account.pool(&id).is_some();
        let account = context
            .client
            .routed_ipv6()
            .state_showing(&context.operation, context.written, shows)
            .await?;
        let pool = account.pool(&id).map(|pool| state.updated_from(pool));
        self.held(&context.client, |held| match &pool {
            Some(pool) => held.insert(id, pool.clone()),
            None => held.remove(&id),
        });
        Ok(pool)
    }

    async fn update(
        &self,
        _: &Context,
        planned: PoolModel,
        saved: &mut PoolModel,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        *saved = planned;
        Ok(())
    }

    async fn delete(
        &self,
        context: &Context,
        state: &PoolModel,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        // The plan refuses already; a plan that was made before the protection was set does not.
        if let Some(diagnostic) = protected(state) {
            return Err(diagnostic);
        }
        let id = identity::known_id(&state.id)?;
        self.held(&context.client, |held| held.remove(id));
        match context
            .client
            .routed_ipv6()
            .release_pool(&context.operation, id, context.written)
            .await
        {
            Ok(released) => {
                if let Some(until) = released.cooldown_until {
                    diagnostics.warning(Diagnostic::new(
                        "No new pool before the cooldown ends",
                        format!("The pool was released. HostUp allocates no new /48 to the account before {until}."),
                    ).see(Section::Pools));
                }
                Ok(())
            }
            Err(error) if error.is_conflict() => Err(still_in_use(context, id, error).await),
            Err(error) => Err(error.into()),
        }
    }

    async fn import(&self, context: &Context, id: &str) -> Result<PoolModel, Diagnostic> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        let pool = match cidr::ipv6_network(id) {
            Ok(network) => account.pool_by_cidr(network),
            Err(_) => account.pool(id),
        };
        pool.map(PoolModel::imported)
            .ok_or_else(|| nothing_to_import(id, &account))
    }

    fn identity_schema() -> IdentitySchema {
        identity::schema("id", "The pool's id, which begins with `ripv6_`.")
    }

    fn identity(model: &PoolModel) -> Option<Identity> {
        Some(identity::of("id", model.id.as_ref_option()?))
    }

    fn import_id(identity: &Identity) -> Option<String> {
        identity::text(identity, "id")
    }
}

/// What the end of a pool means: refused when it is protected.
fn lose(pool: &PoolModel, diagnostics: &mut Diagnostics) {
    let cidr = pool
        .parent_cidr
        .as_ref_option()
        .map_or("the pool", String::as_str);
    if let Some(diagnostic) = protected(pool) {
        diagnostics.error(diagnostic);
    } else {
        diagnostics.warning(
            Diagnostic::new(
                format!("{cidr} will be lost"),
                format!(
                    "A released /48 never comes back: HostUp hands out another one, and only after a cooldown. \
                     Everything that uses an address of {cidr} must be renumbered."
                ),
            )
            .hint(
                Section::Pools,
                "set `deletion_protection = true` to make such a plan fail",
            ),
        );
    }
}

fn protected(pool: &PoolModel) -> Option<Diagnostic> {
    (pool.deletion_protection == Value::Value(true)).then(|| {
        let cidr = pool
            .parent_cidr
            .as_ref_option()
            .map_or("the pool", String::as_str);
        Diagnostic::new(
            format!("{cidr} is protected from being destroyed"),
            format!(
                "`deletion_protection` is true in the state, and {cidr} would be lost for good. A destroy, `-replace` and \
                 the replacement of a tainted pool are refused alike."
            ),
        )
        .at_attribute("deletion_protection")
        .hint(
            Section::Pools,
            "to keep a tainted pool, `untaint` it; to give the pool up, set `deletion_protection = false`, apply, and then \
             destroy it",
        )
    })
}

/// The same run may remove the obstacle, so what the API says now is a warning.
async fn warn_if_refused(context: &Context, diagnostics: &mut Diagnostics) {
    let account = match context.client.routed_ipv6().state(&context.operation).await {
        Ok(account) => account,
        Err(error) => return context.api.unchecked(error, diagnostics),
    };
    let Some(capability) = account
        .state()
        .actions
        .as_ref()
        .map(|actions| &actions.can_allocate_pool)
    else {
        return;
    };
    if !capability.allowed {
        let reason = capability
            .reason
            .as_deref()
            .unwrap_or("the API gives no reason");
        let diagnostic = Diagnostic::new("HostUp would not allocate a pool now", reason);
        diagnostics.warning(match account.pools().first() {
            Some(pool) => diagnostic.hint(Section::Pools, import_hint(pool)),
            None => diagnostic.see(Section::Pools),
        });
    }
}

fn import_hint(pool: &Pool) -> String {
    format!(
        "to manage the pool that exists ({}), add this with your resource's name and apply again:\n\n\
         import {{\n  to = {}.this\n  id = \"{}\"\n}}",
        pool.parent_cidr,
        PoolResource::TYPE,
        pool.id
    )
}

async fn exists_already(context: &Context, error: Error) -> Diagnostic {
    let account = context
        .client
        .routed_ipv6()
        .fresh_state(&context.operation)
        .await;
    let diagnostic = Diagnostic::from(error);
    match account
        .as_ref()
        .ok()
        .and_then(|account| account.pools().first())
    {
        Some(pool) => diagnostic.hint(Section::Pools, import_hint(pool)),
        None => diagnostic.hint(
            Section::Pools,
            "the account has a pool already; import it instead of creating one",
        ),
    }
}

async fn still_in_use(context: &Context, id: &str, error: Error) -> Diagnostic {
    let account = context
        .client
        .routed_ipv6()
        .fresh_state(&context.operation)
        .await;
    let diagnostic = Diagnostic::from(error);
    let pool = account.as_ref().ok().and_then(|account| account.pool(id));
    let routes = bullets(pool.into_iter().flat_map(|pool| &pool.routes).map(|route| {
        format!(
            "`{}` to `{}` (`{}`)",
            route.prefix, route.vps_name, route.id
        )
    }));
    if routes.is_empty() {
        diagnostic
    } else {
        diagnostic.hint(Section::Pools, format!(
            "these routes are still in the pool; destroy them first, or import them so that Terraform does:{routes}"
        ))
    }
}

fn nothing_to_import(id: &str, account: &Snapshot) -> Diagnostic {
    let diagnostic = Diagnostic::because(format!("the account has no pool `{id}`"));
    if account.pools().is_empty() {
        return diagnostic.hint(
            Section::Lookups,
            "the account has no pool at all; leave the import out to allocate one",
        );
    }
    let pools = account.pools().iter();
    let pools = bullets(pools.map(|pool| format!("`{}` ({})", pool.id, pool.parent_cidr)));
    diagnostic.hint(
        Section::Lookups,
        format!("give one of these, by id or by CIDR:{pools}"),
    )
}
