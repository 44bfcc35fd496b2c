//! The data source `hostup_vps_payg_limits`. It has no arguments, because a key belongs to one
//! account.

use async_trait::async_trait;

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Context;

use super::model::LimitsModel;

/// The data source `hostup_vps_payg_limits`.
#[derive(Debug)]
pub struct LimitsDataSource;

#[async_trait]
impl DataSource for LimitsDataSource {
    const TYPE: &'static str = "hostup_vps_payg_limits";
    type Model = LimitsModel;

    async fn look_up(&self, context: &Context, _: LimitsModel) -> Result<LimitsModel, Diagnostic> {
        let limits = context.client.vps().payg_limits(&context.operation).await?;
        Ok(LimitsModel::from(&limits))
    }
}
