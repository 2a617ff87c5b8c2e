"""What the double proves, proven by a workspace: the same functions, another `native`."""

from tests.databricks.publish.test_publishing import (  # noqa: F401  # pytest collects what is imported
    test_a_classification_that_goes_takes_tag_and_mask_along,
    test_a_retired_port_is_gone,
    test_a_rollback_brings_back_the_version_before,
    test_consumers_read_masked_and_filtered_rows_and_owners_the_same,
    test_the_other_modes_show_the_same,
    test_what_others_changed_is_healed_and_what_is_theirs_stays,
)
