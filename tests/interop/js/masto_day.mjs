// The calls that users of masto make, against a node: where the owner is to consent goes to stdout,
// the code comes by stdin, and in the end what was found.
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import assert from 'node:assert/strict'
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from 'masto'

const [url, picture] = process.argv.slice(2)
const OOB = 'urn:ietf:wg:oauth:2.0:oob'
const SCOPE = 'read write follow'

const app = await createRestAPIClient({ url }).v1.apps.create({
  clientName: 'masto', redirectUris: OOB, scopes: SCOPE,
})
const query = new URLSearchParams({
  client_id: app.clientId, redirect_uri: OOB, response_type: 'code', scope: SCOPE,
})
console.log(`${url}/oauth/authorize?${query}`)
const lines = createInterface({ input: process.stdin })
const code = await new Promise((resolve) => lines.once('line', resolve))
const oauth = createOAuthAPIClient({ url })
const token = await oauth.token.create({
  clientId: app.clientId, clientSecret: app.clientSecret, redirectUri: OOB, code,
  grantType: 'authorization_code', scope: SCOPE,
})
const m = createRestAPIClient({ url, accessToken: token.accessToken })

const me = await m.v1.accounts.verifyCredentials()
assert.equal(me.acct, 'me')
assert.equal((await m.v1.instance.fetch()).version.slice(0, 5), '4.2.0')
assert.ok((await m.v2.instance.fetch()).domain)

const ids = []
for await (const page of m.v1.timelines.home.list({ limit: 5 })) {
  ids.push(...page.map((one) => one.id))
  if (ids.length >= 15) break
}
assert.equal(new Set(ids).size, ids.length)

const [anna] = await m.v1.accounts.search.list({ q: 'anna' })
assert.equal((await m.v1.accounts.lookup.fetch({ acct: anna.acct })).id, anna.id)
assert.equal((await m.v1.accounts.relationships.fetch({ id: [anna.id] }))[0].following, true)
assert.ok((await m.v1.accounts.$select(anna.id).statuses.list({ limit: 2 })).length)
assert.ok((await m.v2.search.list({ q: 'harbour' })).statuses.length)

const file = new Blob([await readFile(picture)], { type: 'image/png' })
const media = await m.v2.media.create({ file, description: 'The harbour' })
const made = await m.v1.statuses.create({
  status: 'With masto', mediaIds: [media.id], spoilerText: 'harbour', visibility: 'public',
})
assert.equal(made.mediaAttachments[0].description, 'The harbour')
const shown = await fetch(made.mediaAttachments[0].url)
assert.equal(shown.status, 200)
assert.equal(shown.headers.get('content-type'), 'image/png')

const status = m.v1.statuses.$select(made.id)
const reply = await m.v1.statuses.create({ status: 'An answer', inReplyToId: made.id })
assert.deepEqual((await status.context.fetch()).descendants.map((one) => one.id), [reply.id])
assert.equal((await status.favourite()).favourited, true)
assert.equal((await status.unfavourite()).favourited, false)
assert.equal((await status.reblog()).reblog.id, made.id)
assert.equal((await status.unreblog()).reblogged, false)
assert.equal((await status.bookmark()).bookmarked, true)
assert.equal((await status.unbookmark()).bookmarked, false)
assert.ok((await status.update({ status: 'With masto, again' })).editedAt)
assert.equal((await status.history.list()).length, 2)
assert.equal((await status.source.fetch()).text, 'With masto, again')

const asked = await m.v1.statuses.create({
  status: 'Tea?', poll: { options: ['yes', 'no'], expiresIn: 3600, multiple: true },
})
const voted = await m.v1.polls.$select(asked.poll.id).votes.create({ choices: [0, 1] })
assert.deepEqual(voted.ownVotes, [0, 1])

const rule = await m.v2.filters.create({
  title: 'spam', context: ['home'], filterAction: 'warn',
  keywordsAttributes: [{ keyword: 'lottery', wholeWord: true }],
})
assert.equal((await m.v2.filters.$select(rule.id).fetch()).keywords[0].keyword, 'lottery')
await m.v2.filters.$select(rule.id).remove()
const list = await m.v1.lists.create({ title: 'friends' })
await m.v1.lists.$select(list.id).accounts.create({ accountIds: [anna.id] })
assert.equal((await m.v1.lists.$select(list.id).accounts.list()).length, 1)
await m.v1.lists.$select(list.id).remove()
await m.v1.markers.create({ home: { lastReadId: made.id } })
assert.equal((await m.v1.markers.fetch({ timeline: ['home'] })).home.lastReadId, made.id)
assert.ok(Array.isArray(await m.v1.notifications.list({ types: ['mention'] })))
assert.deepEqual(await m.v1.customEmojis.list(), [])

const streaming = createStreamingAPIClient({
  streamingApiUrl: (await m.v1.instance.fetch()).urls.streamingApi, accessToken: token.accessToken,
})
const events = streaming.user.subscribe()
const told = []
const hear = (async () => {
  for await (const event of events) {
    told.push(event.event)
    if (event.event === 'delete') return
  }
})()
// A stream begins a moment after it was asked for: post until it tells of one.
let last
for (let n = 0; !told.length; n += 1) {
  last = await m.v1.statuses.create({ status: `Is anybody there? ${n}` })
  for (let waits = 0; waits < 20 && !told.length; waits += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
await m.v1.statuses.$select(last.id).remove()
await hear
events.unsubscribe()
streaming.close()

await oauth.revoke({
  clientId: app.clientId, clientSecret: app.clientSecret, token: token.accessToken,
})
await assert.rejects(m.v1.accounts.verifyCredentials(), (error) => error.statusCode === 401)
console.log(JSON.stringify({ told, text: 'Tea?' }))
process.exit(0)
