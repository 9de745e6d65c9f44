// No validator and no external address: the page works without a network.
SwaggerUIBundle({
  url: "../openapi.yaml",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
});
