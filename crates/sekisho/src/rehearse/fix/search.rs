//! The ways of writing what is missing, one after the other, until one is proven.

use sekisho_iac::Problem;

use super::{Fix, attempt};
use crate::rehearse::{Completion, Options, Patch};

/// The first way that passes; of those that do not, the one that comes nearest.
pub(super) fn search(options: &Options, completion: &Completion) -> Result<Fix, Vec<Problem>> {
    // A role that a key policy refers to may itself refer to the key: then names stand in for references.
    let patches = &completion.patches;
    let first = attempt(options, completion, patches, true)?;
    if first.passes {
        return Ok(first);
    }
    let second = attempt(options, completion, patches, false)?;
    if second.passes {
        return Ok(second);
    }
    // AWS takes no role into a policy that is not there yet.
    let mut patches: Vec<Patch> = patches.iter().map(Patch::by_account).collect();
    let mut all = vec![first, second];
    if patches != completion.patches {
        for refer in [true, false] {
            let mut fix = attempt(options, completion, &patches, refer)?;
            let passes = fix.passes;
            // A role that is there is named.
            for index in (0..patches.len()).filter(|_| passes) {
                let by_account = patches.get(index).zip(completion.patches.get(index));
                let Some((_, own)) = by_account.filter(|(by_account, own)| by_account != own)
                else {
                    continue;
                };
                let mut some = patches.clone();
                if let Some(patch) = some.get_mut(index) {
                    patch.clone_from(own);
                }
                let one = attempt(options, completion, &some, refer)?;
                if one.passes {
                    (fix, patches) = (one, some);
                }
            }
            all.push(Fix {
                by_account: true,
                ..fix
            });
            if passes {
                break;
            }
        }
    }
    // What passes comes before what would with more, and that before what is not proven; of several the first.
    let worst = |fix: &Fix| (!fix.passes, !fix.enough, fix.unwritten.len());
    all.sort_by_key(worst);
    Ok(all.into_iter().next().unwrap_or_default())
}
