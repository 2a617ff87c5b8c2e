{# What dbt writes as a Delta table can be cloned, all else is copied. #}
{% macro databricks__mode(port) %}
  {% set model = meshport.model_of(port) %}
  {% if not model %}
    {{ return('copy') }}
  {% endif %}
  {% set chosen = (model.config.meta or {}).port_mode %}
  {{ return(chosen or ('clone' if model.config.materialized in ['table', 'incremental'] else 'copy')) }}
{% endmacro %}
