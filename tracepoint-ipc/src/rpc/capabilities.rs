//! Bounds the capabilities that a message brings.

use capnp::Error;
use capnp_rpc::IncomingMessage;
use capnp_rpc::rpc_capnp::{message, payload, return_};

/// Far more than anybody has a use for. capnp-rpc makes an entry for each, whereas the message need not: a list of
/// structs of no size may be of any length.
const MOST: u32 = 64;

/// Looks at a message that came in.
///
/// # Errors
///
/// It has too many capabilities.
pub(super) fn check(message: &dyn IncomingMessage) -> capnp::Result<()> {
    let message: message::Reader<'_> = message.get_body()?.get_as()?;
    match message.which() {
        Ok(message::Call(call)) => count(call?.get_params()?),
        Ok(message::Return(answer)) => match answer?.which() {
            Ok(return_::Results(results)) => count(results?),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn count(payload: payload::Reader<'_>) -> capnp::Result<()> {
    let capabilities = payload.get_cap_table()?.len();
    if capabilities > MOST {
        return Err(Error::failed(format!(
            "a message of {capabilities} capabilities, which is more than {MOST}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use capnp::message::{Builder, HeapAllocator, Reader};

    use super::*;

    struct Received(Reader<Builder<HeapAllocator>>);

    impl IncomingMessage for Received {
        fn get_body(&self) -> capnp::Result<capnp::any_pointer::Reader<'_>> {
            self.0.get_root()
        }
    }

    /// An answer and a call with so many capabilities.
    fn messages(capabilities: u32) -> [Received; 2] {
        let (mut answer, mut call) = (Builder::new_default(), Builder::new_default());
        let results = answer.init_root::<message::Builder<'_>>().init_return().init_results();
        results.init_cap_table(capabilities);
        let params = call.init_root::<message::Builder<'_>>().init_call().init_params();
        params.init_cap_table(capabilities);
        [answer, call].map(|message| Received(message.into_reader()))
    }

    #[test]
    fn messages_have_few_capabilities() {
        for message in messages(MOST) {
            assert!(check(&message).is_ok());
        }
        for message in messages(MOST + 1) {
            let error = check(&message).unwrap_err().to_string();
            assert!(error.contains("65 capabilities"), "{error}");
        }
    }
}
