{% macro model_of(port) %}
  {% for node in graph.nodes.values() if node.resource_type == 'model' %}
    {% set same_relation = node.database == port.source.database and node.schema == port.source.schema
      and node.alias == port.source.identifier %}
    {% if (node.unique_id == port.unique_id if port.unique_id else same_relation) %}
      {{ return(node) }}
    {% endif %}
  {% endfor %}
  {{ return(none) }}
{% endmacro %}
