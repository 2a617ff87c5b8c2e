{# The rows that the port will show: of the source at the pinned version, of the audited copy, or of the source now. #}
{% macro databricks__audited_rows(port) %}
  {% set name = meshport.databricks__relation_name(port.audited if port.mode == 'copy' else port.source) %}
  {% if port.mode == 'clone' %}
    {% set name = name ~ ' version as of @@pin@@' %}
  {% endif %}
  {{ return(meshport.rows_of(name, port.row_filter)) }}
{% endmacro %}
