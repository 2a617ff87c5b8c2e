{# What dbt writes as a Delta table can be cloned, all else is copied; and so is what has masks or a row filter, unless its
   model says `clone`. #}
{% macro databricks__mode(port) %}
  {% set model = meshport.model_of(port) %}
  {% if not model %}
    {{ return('copy') }}
  {% endif %}
  {% set chosen = (model.config.meta or {}).port_mode %}
  {% set hides = port.row_filter or port.columns | selectattr('mask') | list %}
  {{ return(chosen or ('clone' if model.config.materialized in ['table', 'incremental'] and not hides else 'copy')) }}
{% endmacro %}
