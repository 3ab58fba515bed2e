//! One operation, one file.

mod assume_role;
mod decode_authorization_message;
mod get_caller_identity;
mod get_session_token;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<assume_role::AssumeRole>()
        .operation::<decode_authorization_message::DecodeAuthorizationMessage>()
        .operation::<get_caller_identity::GetCallerIdentity>()
        .operation::<get_session_token::GetSessionToken>()
}
