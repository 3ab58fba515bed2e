//! New configurations, ready to be applied.

use std::path::Path;

/// What a cross-account delivery from ECR is made with.
#[derive(Debug, Clone)]
pub struct CrossAccountEcr {
    /// The account of the images.
    pub registry_account: String,
    /// The account of the pipeline.
    pub pipeline_account: String,
    /// The region of both.
    pub region: String,
    /// The name of the pipeline.
    pub name: String,
    /// The repository.
    pub repository: String,
    /// The tag that is delivered.
    pub tag: String,
}

const FILES: &[(&str, &str)] = &[
    ("README.md", include_str!("cross-account-ecr/README.md")),
    (
        "artifacts.tf",
        include_str!("cross-account-ecr/artifacts.tf"),
    ),
    ("pipeline.tf", include_str!("cross-account-ecr/pipeline.tf")),
    (
        "providers.tf",
        include_str!("cross-account-ecr/providers.tf"),
    ),
    ("registry.tf", include_str!("cross-account-ecr/registry.tf")),
    (
        "variables.tf",
        include_str!("cross-account-ecr/variables.tf"),
    ),
];

impl CrossAccountEcr {
    /// Holds the values to what AWS takes.
    ///
    /// # Errors
    /// The first that AWS would refuse, and what it takes.
    pub fn check(&self) -> Result<(), String> {
        for (what, id) in [
            ("registry", &self.registry_account),
            ("pipeline", &self.pipeline_account),
        ] {
            if !sekisho_arn::is_account_id(id) {
                return Err(format!(
                    "the {what} account `{id}`: an account id has 12 digits"
                ));
            }
        }
        if self.registry_account == self.pipeline_account {
            return Err(
                "the registry and the pipeline are in the same account: nothing has to cross"
                    .to_owned(),
            );
        }
        let only = |text: &str, more: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c);
            !text.is_empty()
                && text.chars().all(fits)
                && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        // As the names of buckets may not begin.
        let reserved = ["xn--", "sthree-", "amzn-s3-demo-"];
        if !only(&self.name, "-")
            || self.name.len() > 32
            || reserved.iter().any(|front| self.name.starts_with(front))
        {
            return Err(format!(
                "the name `{}`: it begins the names of buckets, and takes up to 32 lower-case letters, digits and hyphens",
                self.name
            ));
        }
        if self.repository.contains(".dkr.ecr.") {
            return Err(format!(
                "the repository `{}`: this is an address; give the name behind it, without the registry",
                self.repository
            ));
        }
        // The pattern of CreateRepository: words with one - _ or . between them, in folders.
        let word = |word: &str| only(word, "");
        let part = |part: &str| part.split(['-', '_', '.']).all(word);
        let repository = self.repository.split('/').all(part);
        if !repository || !(2..=256).contains(&self.repository.len()) {
            return Err(format!(
                "the repository `{}`: ECR takes 2 to 256 lower-case letters and digits, with one of - _ . / between them",
                self.repository
            ));
        }
        let tag = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let begins = !self.tag.starts_with(['-', '.']);
        if self.tag.is_empty() || self.tag.len() > 128 || !self.tag.chars().all(tag) || !begins {
            return Err(format!(
                "the tag `{}`: it takes letters, digits, and - _ . , of which - and . do not begin it",
                self.tag
            ));
        }
        if !sekisho_arn::is_region(&self.region) {
            return Err(format!(
                "`{}` is no region of AWS: they are called like us-east-1",
                self.region
            ));
        }
        if sekisho_arn::is_of_other_partition(&self.region) {
            return Err(format!(
                "the region `{}` is of a partition that sekisho does not know yet",
                self.region
            ));
        }
        Ok(())
    }

    /// Writes the configuration into a directory, which is made, or is empty.
    ///
    /// # Errors
    /// When it is not empty, or cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), String> {
        let failed = |e: std::io::Error| format!("{}: {e}", directory.display());
        std::fs::create_dir_all(directory).map_err(failed)?;
        if std::fs::read_dir(directory)
            .map_err(failed)?
            .next()
            .is_some()
        {
            return Err(format!(
                "{}: the directory is not empty",
                directory.display()
            ));
        }
        for (name, text) in FILES {
            std::fs::write(directory.join(name), text).map_err(failed)?;
        }
        let values = [
            ("registry_account_id", &self.registry_account),
            ("pipeline_account_id", &self.pipeline_account),
            ("region", &self.region),
            ("name", &self.name),
            ("repository", &self.repository),
            ("image_tag", &self.tag),
        ];
        let lines = values.map(|(name, value)| format!("{name:<19} = \"{value}\"\n"));
        std::fs::write(directory.join("terraform.tfvars"), lines.concat()).map_err(failed)
    }
}
