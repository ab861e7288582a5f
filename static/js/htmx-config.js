// htmx reads how it is set up when it is loaded.
document.head.append(Object.assign(document.createElement("meta"),
  { name: "htmx-config", content: "history:false includeIndicatorCSS:false" }));
