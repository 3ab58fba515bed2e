//! One operation, one file.

mod create_pipeline;
mod delete_pipeline;
mod disable_stage_transition;
mod enable_stage_transition;
mod get_pipeline;
mod get_pipeline_execution;
mod get_pipeline_state;
mod list_action_executions;
mod list_pipeline_executions;
mod list_pipelines;
mod list_tags_for_resource;
mod put_approval_result;
mod retry_stage_execution;
mod rollback_stage;
mod start_pipeline_execution;
mod stop_pipeline_execution;
mod tag_resource;
mod untag_resource;
mod update_pipeline;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<create_pipeline::CreatePipeline>()
        .operation::<delete_pipeline::DeletePipeline>()
        .operation::<disable_stage_transition::DisableStageTransition>()
        .operation::<enable_stage_transition::EnableStageTransition>()
        .operation::<get_pipeline::GetPipeline>()
        .operation::<get_pipeline_execution::GetPipelineExecution>()
        .operation::<get_pipeline_state::GetPipelineState>()
        .operation::<list_action_executions::ListActionExecutions>()
        .operation::<list_pipeline_executions::ListPipelineExecutions>()
        .operation::<list_pipelines::ListPipelines>()
        .operation::<list_tags_for_resource::ListTagsForResource>()
        .operation::<put_approval_result::PutApprovalResult>()
        .operation::<retry_stage_execution::RetryStageExecution>()
        .operation::<rollback_stage::RollbackStage>()
        .operation::<start_pipeline_execution::StartPipelineExecution>()
        .operation::<stop_pipeline_execution::StopPipelineExecution>()
        .operation::<tag_resource::TagResource>()
        .operation::<untag_resource::UntagResource>()
        .operation::<update_pipeline::UpdatePipeline>()
}
