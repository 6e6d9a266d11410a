// Tells Regard what happens in a shop, through one of the clients as it is. Prints what the client says of it.
//
//   node tell.cjs <folder with node_modules> <client> <address> <write key> <user> <further events>

const { createRequire } = require("node:module");

const [folder, name, address, key, user, further] = process.argv.slice(2);
const from = createRequire(`${folder}/`);
const often = { flushAt: 500, flushInterval: 200 };

function open() {
  if (name === "@segment/analytics-node") {
    const { Analytics } = from(name);
    return new Analytics({ writeKey: key, host: address, ...often });
  }
  const Analytics = from(name);
  const where = name === "analytics-node" ? { host: address } : { dataPlaneUrl: address, logLevel: "silent" };
  // without a handler of errors, these two end the program when one is refused
  return new Analytics(key, { ...where, ...often, errorHandler: () => {} });
}

async function tell() {
  const client = open();
  const told = [];
  const say = (kind, message) =>
    told.push(new Promise((done) => client[kind](message, (error) => done(error ? String(error.message ?? error) : null))));
  const anonymousId = `visitor-${user}`;
  say("page", { anonymousId, name: "Start", properties: { path: "/" } });
  say("identify", { userId: user, anonymousId, traits: { email: `${user}@example.org`, firstName: "Ada" } });
  say("track", { userId: user, event: "Video Played", properties: { seconds: 7 } });
  say("track", {
    userId: user,
    event: "Order Completed",
    properties: { order_id: user, total: 19.9, currency: "EUR", products: [{ product_id: "p1", price: 9.95, quantity: 2 }] },
  });
  say("group", { userId: user, groupId: "acme", traits: { name: "Acme" } });
  say("alias", { userId: user, previousId: `before-${user}` });
  for (let number = 0; number < Number(further); number += 1)
    say("track", { userId: user, event: "Step Taken", properties: { number, note: "x".repeat(200) } });
  const errors = (await Promise.all(told)).filter((error) => error !== null);
  console.log(JSON.stringify({ told: told.length, errors }));
}

tell().then(() => process.exit(0));
