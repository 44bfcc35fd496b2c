//! The resource `hostup_routed_ipv6_pool`.
//!
//! HostUp has no "get" for one pool, and returns the account's whole state for every write. A pool
//! is found in that state by its id. A state with an empty list of pools is authoritative; the
//! client reports one without a list as an error.

use std::collections::BTreeMap;

use async_trait::async_trait;
use hostup_client::{Error, Pool, Snapshot};
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets, bullets_of_some};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource};
use crate::framework::run_memory::RunMemory;
use crate::framework::timeouts::Timeouts;

use super::model::PoolModel;

/// `hostup_routed_ipv6_pool`.
#[derive(Debug, Default)]
pub struct PoolResource {
    /// The pools in the state, by id. The plan of a replacement does not see the object that it
    /// replaces.
    known: RunMemory<BTreeMap<String, PoolModel>>,
}

#[async_trait]
impl Resource for PoolResource {
    const TYPE: &'static str = "hostup_routed_ipv6_pool";
    const IDENTITY_DESCRIPTION: &'static str =
        "The id of the pool to import, which begins with `ripv6_`.";
    type Model = PoolModel;

    fn id(model: &PoolModel) -> &Value<String> {
        &model.id
    }

    fn timeouts(model: &PoolModel) -> &Value<Timeouts> {
        &model.timeouts
    }

    async fn plan_create(
        &self,
        context: Option<&Context>,
        _: &PoolModel,
        mut proposed: PoolModel,
        diagnostics: &mut Diagnostics,
    ) -> PoolModel {
        // A pool in the state is replaced: it is tainted, or the user set `-replace`.
        if let Some(context) = context {
            self.known.with(&context.client, |known| {
                for pool in known.values() {
                    check_loss(pool, diagnostics);
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
            self.known.with(&context.client, |known| {
                known.insert(id.clone(), prior.clone());
            });
        }
        // HostUp can't change a pool: what changes in place is kept by Terraform alone.
        Planned {
            model: proposed,
            replace: Vec::new(),
        }
    }

    async fn plan_destroy(
        &self,
        context: Option<&Context>,
        prior: &PoolModel,
        diagnostics: &mut Diagnostics,
    ) {
        check_loss(prior, diagnostics);
        if let Some(context) = context
            && !is_protected(prior)
        {
            warn_of_routes(context, prior, diagnostics).await;
        }
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
                Err(already_exists(context, error).await)
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
        self.known.with(&context.client, |known| match &pool {
            Some(pool) => known.insert(id, pool.clone()),
            None => known.remove(&id),
        });
        Ok(pool)
    }

    async fn delete(
        &self,
        context: &Context,
        state: &PoolModel,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        // The plan fails already, unless it was made before the protection was set.
        if is_protected(state) {
            return Err(protected(state));
        }
        let id = identity::known_id(&state.id)?;
        self.known.with(&context.client, |known| known.remove(id));
        match context
            .client
            .routed_ipv6()
            .release_pool(&context.operation, id, context.written)
            .await
        {
            Ok(released) => {
                if let Some(until) = released.cooldown_until {
                    diagnostics.warning(
                        Diagnostic::new(
                            "No new pool before the cooldown ends",
                            format!(
                                "The pool was released. HostUp does not allocate a new /48 to the \
                                 account before {until}."
                            ),
                        )
                        .section(Section::Pools),
                    );
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
}

fn cidr_of(pool: &PoolModel) -> &str {
    let cidr = pool.parent_cidr.as_ref_option();
    cidr.map_or("the pool", String::as_str)
}

fn is_protected(pool: &PoolModel) -> bool {
    pool.deletion_protection == Value::Value(true)
}

/// Checks a plan that destroys or replaces the pool.
fn check_loss(pool: &PoolModel, diagnostics: &mut Diagnostics) {
    if is_protected(pool) {
        return diagnostics.error(protected(pool));
    }
    let cidr = cidr_of(pool);
    diagnostics.warning(
        Diagnostic::new(
            "The pool's /48 will be lost",
            format!(
                "A released /48 never comes back. HostUp allocates another one instead of \
                 {cidr}, and only after a cooldown. Everything that uses an address of {cidr} \
                 must be renumbered."
            ),
        )
        .hint(
            Section::Pools,
            "set `deletion_protection = true` to make such a plan fail",
        ),
    );
}

fn protected(pool: &PoolModel) -> Diagnostic {
    let cidr = cidr_of(pool);
    Diagnostic::new(
        "The pool is protected from being destroyed",
        format!(
            "`deletion_protection` is true in the state, and {cidr} would be lost for good. A \
             destroy, `-replace` and the replacement of a tainted pool all fail."
        ),
    )
    .at_attribute("deletion_protection")
    .hint(
        Section::Pools,
        "if you renamed the resource, add a `moved` block; to keep a tainted pool, `untaint` it; to \
         give the pool up, set `deletion_protection = false`, apply that, and then destroy it",
    )
}

/// Warns of the routes in a pool that is to be destroyed.
async fn warn_of_routes(context: &Context, pool: &PoolModel, diagnostics: &mut Diagnostics) {
    let account = match context.client.routed_ipv6().state(&context.operation).await {
        Ok(account) => account,
        Err(error) => return context.api.report_unchecked(error, diagnostics),
    };
    let id = pool.id.as_ref_option();
    let routes = id
        .and_then(|id| account.pool(id))
        .map_or(&[][..], |pool| &pool.routes);
    let left = routes
        .iter()
        .filter(|route| !context.api.is_destroyed(&route.id));
    let left = bullets_of_some(left.map(ToString::to_string));
    if !left.is_empty() {
        diagnostics.warning(
            Diagnostic::new(
                "The pool has routes",
                format!(
                    "HostUp refuses to release a pool that has routes. Unless these are deleted \
                     before, the destroy of the pool fails, after the other objects of the plan \
                     are destroyed:{left}"
                ),
            )
            .hint(
                Section::Pools,
                "delete these routes where they are managed, or import them, before you apply",
            ),
        );
    }
}

/// Warns if HostUp would not allocate a pool now. It is no error: the same run may remove the
/// obstacle.
async fn warn_if_refused(context: &Context, diagnostics: &mut Diagnostics) {
    let account = match context.client.routed_ipv6().state(&context.operation).await {
        Ok(account) => account,
        Err(error) => return context.api.report_unchecked(error, diagnostics),
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
            None => diagnostic.section(Section::Pools),
        });
    }
}

fn import_hint(pool: &Pool) -> String {
    let kind = PoolResource::TYPE;
    format!(
        "an account has one pool, and this one has {} already. If this configuration has it under \
         another name, use that resource; if you renamed that one, add a `moved` block. If another \
         configuration manages it, replace this resource by `data \"{kind}\"`: a second owner could destroy the pool, \
         and both would lose the /48. To manage it here, add this block in the root module, \
         replace `{kind}.this` by your resource's full address, such as `module.fleet.{kind}.main`, and \
         apply again:\n\nimport {{\n  to = {kind}.this\n  id = \"{}\"\n}}",
        pool.parent_cidr, pool.id
    )
}

async fn already_exists(context: &Context, error: Error) -> Diagnostic {
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
        diagnostic.hint(
            Section::Pools,
            format!(
                "these routes are still in the pool; destroy them first, or import them so that \
                 Terraform destroys them:{routes}"
            ),
        )
    }
}

fn nothing_to_import(id: &str, account: &Snapshot) -> Diagnostic {
    let diagnostic = Diagnostic::without_summary(format!("the account has no pool `{id}`"));
    if account.pools().is_empty() {
        return diagnostic.hint(
            Section::Lookups,
            "the account has no pool; remove the import to allocate one",
        );
    }
    let pools = account.pools().iter();
    let pools = bullets(pools.map(|pool| format!("`{}` ({})", pool.id, pool.parent_cidr)));
    diagnostic.hint(
        Section::Lookups,
        format!("import one of these, by id or by CIDR:{pools}"),
    )
}
