//! The data source `hostup_routed_ipv6_pool`: a pool by its id, or the only one.

use async_trait::async_trait;
use hostup_client::{Pool, Snapshot};

use crate::framework::data_source::{DataSource, not_empty};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets};
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::resources::routed_ipv6::PoolView;

/// The data source `hostup_routed_ipv6_pool`.
#[derive(Debug)]
pub struct PoolDataSource;

#[async_trait]
impl DataSource for PoolDataSource {
    const TYPE: &'static str = "hostup_routed_ipv6_pool";
    type Model = PoolView;

    fn validate(config: &PoolView, diagnostics: &mut Diagnostics) {
        not_empty([("id", &config.id)], diagnostics);
    }

    async fn look_up(&self, context: &Context, config: PoolView) -> Result<PoolView, Diagnostic> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        match config.id.as_deref_option() {
            Some(id) => account.pool(id).ok_or_else(|| unknown(id, &account)),
            None => only(account.pools()),
        }
        .map(PoolView::from)
    }
}

fn only(pools: &[Pool]) -> Result<&Pool, Diagnostic> {
    match pools {
        [only] => Ok(only),
        [] => Err(Diagnostic::without_summary("the account has no pool").hint(
            Section::Lookups,
            "allocate one with the resource `hostup_routed_ipv6_pool`",
        )),
        several => Err(Diagnostic::without_summary(format!(
            "the account has {} pools, and `id` does not say which one to read",
            several.len()
        ))
        .at_attribute("id")
        .hint(
            Section::Lookups,
            format!("set `id` to the id of one of them:{}", lines(several)),
        )),
    }
}

fn unknown(id: &str, account: &Snapshot) -> Diagnostic {
    let diagnostic =
        Diagnostic::without_summary(format!("the account has no pool `{id}`")).at_attribute("id");
    if account.pools().is_empty() {
        return diagnostic.hint(
            Section::Lookups,
            "no pool exists; allocate one with the resource `hostup_routed_ipv6_pool`",
        );
    }
    diagnostic.hint(
        Section::Lookups,
        format!("these are the account's pools:{}", lines(account.pools())),
    )
}

fn lines(pools: &[Pool]) -> String {
    let pools = pools.iter();
    bullets(pools.map(|pool| format!("`{}` ({})", pool.id, pool.parent_cidr)))
}
