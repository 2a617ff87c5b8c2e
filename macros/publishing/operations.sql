{# The bodies themselves: dispatched once a call of `render`, since a dispatch costs dbt about a millisecond. #}
{% macro operations() %}
  {{ return({
    'prepare_zone': adapter.dispatch('prepare_zone', 'meshport'),
    'stage_port': adapter.dispatch('stage_port', 'meshport'),
    'verify_contract': adapter.dispatch('verify_contract', 'meshport'),
    'shield_port': adapter.dispatch('shield_port', 'meshport'),
    'unshield_port': adapter.dispatch('unshield_port', 'meshport'),
    'verify_masks': adapter.dispatch('verify_masks', 'meshport'),
    'set_comments': adapter.dispatch('set_comments', 'meshport'),
    'set_tags': adapter.dispatch('set_tags', 'meshport'),
    'unset_tags': adapter.dispatch('unset_tags', 'meshport'),
    'read_tags': adapter.dispatch('read_tags', 'meshport'),
    'set_properties': adapter.dispatch('set_properties', 'meshport'),
    'keep_version': adapter.dispatch('keep_version', 'meshport'),
    'swap_port': adapter.dispatch('swap_port', 'meshport'),
    'rollback_port': adapter.dispatch('rollback_port', 'meshport'),
    'drop_copies': adapter.dispatch('drop_copies', 'meshport'),
    'drop_port': adapter.dispatch('drop_port', 'meshport'),
    'count_violations': adapter.dispatch('count_violations', 'meshport'),
    'count_repeated': adapter.dispatch('count_repeated', 'meshport'),
    'count_orphans': adapter.dispatch('count_orphans', 'meshport'),
    'sample_violations': adapter.dispatch('sample_violations', 'meshport'),
  }) }}
{% endmacro %}
